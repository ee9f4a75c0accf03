# Runs the jobs of the table: a message on the job's topic, every so many minutes.

resource "google_cloud_scheduler_job" "job" {
  for_each = local.jobs

  name        = local.hosted_names[each.key]
  region      = var.region
  description = "Runs ${each.key} every ${each.value.every_minutes} minutes."

  # Cron has no "every 90 minutes": what fits into no hour, fits into a day.
  schedule = (
    each.value.every_minutes < 60 ? "*/${each.value.every_minutes} * * * *" :
    each.value.every_minutes < 1440 ? "0 */${floor(each.value.every_minutes / 60)} * * *" : "0 2 * * *"
  )
  time_zone = "Etc/UTC"

  pubsub_target {
    topic_name = google_pubsub_topic.topic[each.key].id
    data       = base64encode("{}") # an empty body is no message to functions-framework
  }

  retry_config {
    retry_count = 3
  }

  # Before its function may be called, each message would end as a dead letter.
  depends_on = [
    google_cloud_run_service_iam_member.pushed,
    google_pubsub_subscription.push,
    google_pubsub_topic_iam_binding.job,
  ]
}
