# Pushes each topic's messages to its functions, again and again for a while, and then to the dead letters.

locals {
  dead_letters = "dead_letters"
}

resource "google_service_account" "pusher" {
  account_id   = "pubsub-pusher"
  display_name = "Signs Pub/Sub's pushes, so that a function knows who calls"

  depends_on = [google_project_service.api]
}

resource "google_service_account_iam_member" "pubsub_signs" {
  service_account_id = google_service_account.pusher.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:${local.agents.pubsub}"
}

resource "google_pubsub_subscription" "push" {
  for_each = local.subscriptions

  name  = each.key
  topic = google_pubsub_topic.topic[each.value.topic].id

  # Longer than the function runs, or a slow one is started a second time beside itself.
  ack_deadline_seconds       = max(10, try(local.deploy[each.value.function].timeout_seconds, 30) + 10)
  message_retention_duration = "604800s"

  expiration_policy {
    ttl = "" # never, also where nobody calls for a month
  }

  push_config {
    push_endpoint = google_cloudfunctions2_function.function[each.value.function].service_config[0].uri

    oidc_token {
      service_account_email = google_service_account.pusher.email
      audience              = google_cloudfunctions2_function.function[each.value.function].service_config[0].uri
    }
  }

  # The caller waits: a tool is tried again at once, anything else may wait for what is down.
  retry_policy {
    minimum_backoff = contains(local.tool_topics, each.value.topic) ? "1s" : "10s"
    maximum_backoff = contains(local.tool_topics, each.value.topic) ? "5s" : "600s"
  }

  # What can't be delivered to the dead letters' own function stays in its subscription.
  dynamic "dead_letter_policy" {
    for_each = each.value.topic == local.dead_letters ? [] : [true]
    content {
      dead_letter_topic     = google_pubsub_topic.topic[local.dead_letters].id
      max_delivery_attempts = contains(local.tool_topics, each.value.topic) ? 5 : 20
    }
  }
}

# To move a message to the dead letters, Pub/Sub acknowledges it in its own name.
resource "google_pubsub_subscription_iam_member" "dead_lettering" {
  for_each = { for name, each in local.subscriptions : name => each if each.topic != local.dead_letters }

  subscription = google_pubsub_subscription.push[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = "serviceAccount:${local.agents.pubsub}"
}
