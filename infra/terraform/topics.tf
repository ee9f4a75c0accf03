# One topic per tool, one per fact, one per job; and the dead letters of them all.

resource "google_pubsub_topic" "topic" {
  for_each = local.topics

  name                       = each.key
  message_retention_duration = "86400s" # what a bad release made of a day's messages can be played again
  kms_key_name               = var.kms_key == "" ? null : var.kms_key

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [time_sleep.project]
}

locals {
  publishers = concat(
    [for name, uses in local.uses_of : google_service_account.function[name].member if contains(uses, "bus")],
    [google_service_account.realtime_service.member],
  )
}

# What a tool or a reaction did is a fact for others: any function may publish one.
resource "google_pubsub_topic_iam_binding" "fact" {
  for_each = local.fact_topics

  topic   = google_pubsub_topic.topic[each.key].id
  role    = "roles/pubsub.publisher"
  members = distinct(concat(local.publishers, each.key == local.dead_letters ? ["serviceAccount:${local.agents.pubsub}"] : []))
}

# Only the service that holds the call asks a tool for something.
resource "google_pubsub_topic_iam_binding" "tool" {
  for_each = local.tool_topics

  topic   = google_pubsub_topic.topic[each.key].id
  role    = "roles/pubsub.publisher"
  members = [google_service_account.realtime_service.member]
}

resource "google_pubsub_topic_iam_binding" "job" {
  for_each = local.jobs

  topic   = google_pubsub_topic.topic[each.key].id
  role    = "roles/pubsub.publisher"
  members = ["serviceAccount:${local.agents.cloudscheduler}"] # it publishes in its own name
}
