# The table of functions, as everything else reads it. A row that can not be deployed is refused at the plan.

locals {
  rows  = jsondecode(file(var.functions_table))
  kinds = ["tool", "reaction", "job", "webhook", "live"]
  uses  = ["store", "bus", "twilio", "mail", "calendar", "sheets", "backup"]

  # The last of two rows of one name would win silently in a map.
  functions = { for name, rows in { for row in local.rows : row.name => row... } : name => rows[0] if rows[0].kind != "live" }

  hosted_names = { for name, row in local.functions : name => replace(name, "_", "-") }
  webhooks     = { for name, row in local.functions : name => row if row.kind == "webhook" }
  jobs         = { for name, row in local.functions : name => row if row.kind == "job" }

  pubsub       = jsondecode(file("${path.module}/../../clinic/contracts/pubsub.json"))
  dead_letters = "dead_letters"
  warming      = "call.started" # wakes every tool's function while the caller is greeted

  topics_of = {
    for name, row in local.functions : name =>
    row.kind == "tool" ? [name, local.warming] : row.kind == "job" ? [name] : row.kind == "reaction" ? row.reacts_to : []
  }
  tool_topics = toset([for name, row in local.functions : name if row.kind == "tool"])
  fact_topics = toset(concat(local.pubsub.facts, [local.dead_letters]))
  topics      = setunion(local.tool_topics, keys(local.jobs), local.fact_topics, flatten(values(local.topics_of)))

  # One push subscription per function and topic, named as clinic/contracts/subscriptions.py names it.
  subscriptions = merge([
    for name, topics in local.topics_of : {
      for topic in topics : topic == name ? name : "${name}.${topic}" => {
        function = name, topic = topic, delivery = local.pubsub.deliveries[local.functions[name].kind]
      }
    }
  ]...)

  mistakes = concat(
    [for name, rows in { for row in local.rows : row.name => row... } : "${name}: two rows have this name" if length(rows) > 1],
    [for row in local.rows : "${row.name}: kind: '${row.kind}' is none of ${join(", ", local.kinds)}" if !contains(local.kinds, row.kind)],
    [
      for row in local.rows : "${row.name}: there is no functions/${row.kind}s/${row.name}.py"
      if contains(["tool", "reaction", "job", "webhook"], row.kind) &&
      !fileexists("${path.module}/../../functions/${row.kind}s/${row.name}.py")
    ],
    flatten([
      for row in local.rows : [
        for use in try(row.deploy.uses, []) : "${row.name}: deploy.uses: '${use}' is none of ${join(", ", local.uses)}"
        if !contains(local.uses, use)
      ]
    ]),
    [
      for row in local.rows : "${row.name}: deploy.timeout_seconds: must be shorter than the acknowledgement's deadline"
      if try(row.deploy.timeout_seconds >= local.pubsub.deliveries[row.kind].ack_deadline_seconds, false)
    ],
  )
}

resource "terraform_data" "table" {
  input = sha256(file(var.functions_table))

  lifecycle {
    precondition {
      condition     = length(local.mistakes) == 0
      error_message = "functions.json: ${join("; ", local.mistakes)}"
    }
  }
}
