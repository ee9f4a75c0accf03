# Pushes each topic's messages to its functions, again and again for a while, and then to the dead letters.

resource "google_service_account" "pusher" {
  account_id   = "pubsub-pusher"
  display_name = "Signs Pub/Sub's pushes, so that a function knows who calls"

  depends_on = [time_sleep.project]
}

resource "google_service_account_iam_member" "pubsub_signs" {
  service_account_id = google_service_account.pusher.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:${local.agents.pubsub}"

  depends_on = [time_sleep.project]
}

resource "google_pubsub_subscription" "push" {
  for_each = local.subscriptions

  name  = each.key
  topic = google_pubsub_topic.topic[each.value.topic].id

  # Longer than the function runs, or a slow one is started a second time beside itself.
  ack_deadline_seconds       = each.value.delivery.ack_deadline_seconds
  enable_message_ordering    = each.value.delivery.ordered
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

  retry_policy {
    minimum_backoff = "${each.value.delivery.minimum_backoff_seconds}s"
    maximum_backoff = "${each.value.delivery.maximum_backoff_seconds}s"
  }

  # What can't be delivered to the dead letters' own function stays in its subscription.
  dynamic "dead_letter_policy" {
    for_each = each.value.topic == local.dead_letters ? [] : [true]
    content {
      dead_letter_topic     = google_pubsub_topic.topic[local.dead_letters].id
      max_delivery_attempts = each.value.delivery.most_attempts
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
