# The table of functions, as everything else reads it. A row that can not be deployed is refused at the plan.

locals {
  rows  = jsondecode(file(var.functions_table))
  kinds = ["tool", "reaction", "job", "webhook", "live"]
  uses  = ["store", "bus", "twilio", "mail", "calendar", "sheets", "backup"]

  # The last of two rows of one name would win silently in a map.
  functions = { for name, rows in { for row in local.rows : row.name => row... } : name => rows[0] if rows[0].kind != "live" }
  deploy    = { for name, row in local.functions : name => try(row.deploy, {}) }

  hosted_names = { for name, row in local.functions : name => replace(name, "_", "-") }
  webhooks     = { for name, row in local.functions : name => row if row.kind == "webhook" }
  jobs         = { for name, row in local.functions : name => row if row.kind == "job" }

  topics_of = {
    for name, row in local.functions : name =>
    row.kind == "tool" || row.kind == "job" ? [name] : row.kind == "reaction" ? row.reacts_to : []
  }
  topics      = toset(flatten(values(local.topics_of)))
  tool_topics = toset([for name, row in local.functions : name if row.kind == "tool"])
  fact_topics = setsubtract(setsubtract(local.topics, local.tool_topics), keys(local.jobs))

  # One push subscription per function and topic.
  subscriptions = merge([
    for name, topics in local.topics_of : { for topic in topics : "${name}.${topic}" => { function = name, topic = topic } }
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
      for row in local.rows : "${row.name}: deploy.timeout_seconds: must be shorter than the acknowledgement's 600 s"
      if try(row.deploy.timeout_seconds, 30) >= 600
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
