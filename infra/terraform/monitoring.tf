# What is measured from the log, who is told when it is wrong, and the page on which all of it can be seen.

locals {
  service_filter   = "resource.type=\"cloud_run_revision\" resource.labels.service_name=\"${local.service_name}\""
  functions_filter = "resource.type=\"cloud_run_revision\" resource.labels.service_name!=\"${local.service_name}\""

  # Each counts the lines of one message; docs/observability.md has them all.
  counted = {
    calls_ended     = { filter = local.service_filter, message = "= ended", labels = ["status", "channel"] }
    silent_calls    = { filter = local.service_filter, message = "! model silent", labels = [] }
    failed_resumes  = { filter = "${local.service_filter} severity=ERROR", message = "= model", labels = [] }
    dead_letters    = { filter = local.functions_filter, message = "! dead letter", labels = ["function"] }
    double_bookings = { filter = local.functions_filter, message = "! double booking", labels = [] }
  }

  alerts = {
    dead_letters = {
      says   = "Messages could not be delivered"
      filter = "metric.type=\"logging.googleapis.com/user/dead_letters\" resource.type=\"cloud_run_revision\""
      above  = 0, for = "0s", per = "300s", aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM"
      do     = "`python -m functions.dead_letters list` shows them; docs/operations.md, \"Dead letters\"."
    }
    tool_p95 = {
      says   = "Callers wait long for a tool's answer"
      filter = "metric.type=\"logging.googleapis.com/user/tool_seconds\" resource.type=\"cloud_run_revision\""
      above  = 3, for = "600s", per = "300s", aligner = "ALIGN_PERCENTILE_95", reducer = "REDUCE_MAX"
      do     = "Look at the traces of the slow tool, and whether its function has a warm instance."
    }
    silent_calls = {
      says   = "The model says nothing to callers"
      filter = "metric.type=\"logging.googleapis.com/user/silent_calls\" resource.type=\"cloud_run_revision\""
      above  = 2, for = "0s", per = "600s", aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM"
      do     = "Ring the clinic. Google's status page and the model's name are the next two things to look at."
    }
    failed_resumes = {
      says   = "Calls lose the model and do not get it back"
      filter = "metric.type=\"logging.googleapis.com/user/failed_resumes\" resource.type=\"cloud_run_revision\""
      above  = 2, for = "0s", per = "600s", aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM"
      do     = "Those callers are put through to the clinic; tell the front desk, then look at the model's quota."
    }
    waiting_messages = {
      says   = "Messages wait long for their function"
      filter = "metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" resource.type=\"pubsub_subscription\""
      above  = 600, for = "300s", per = "300s", aligner = "ALIGN_MAX", reducer = "REDUCE_MAX"
      do     = "The dashboard's last chart names the subscription; look at its function's log. Dead letters that wait are told by nothing else."
    }
    double_bookings = {
      says   = "Two appointments stand at one time"
      filter = "metric.type=\"logging.googleapis.com/user/double_bookings\" resource.type=\"cloud_run_revision\""
      above  = 0, for = "0s", per = "3600s", aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM"
      do     = "The log line names both; ring one of the patients. It must never happen: keep the two documents' history."
    }
  }
}

resource "google_logging_metric" "counted" {
  for_each = local.counted

  name        = each.key
  description = "Lines of the log that say \"${each.value.message}\"."
  filter      = "${each.value.filter} jsonPayload.message=\"${each.value.message}\""

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"

    dynamic "labels" {
      for_each = each.value.labels
      content {
        key        = labels.value
        value_type = "STRING"
      }
    }
  }

  label_extractors = { for label in each.value.labels : label => "EXTRACT(jsonPayload.${label})" }

  depends_on = [time_sleep.project]
}

resource "google_logging_metric" "tool_seconds" {
  name            = "tool_seconds"
  description     = "How long callers waited for the answer of a tool, in seconds."
  filter          = "${local.service_filter} jsonPayload.message=\"? measured\""
  value_extractor = "EXTRACT(jsonPayload.seconds)"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = "s"

    labels {
      key        = "tool"
      value_type = "STRING"
    }
    labels {
      key        = "outcome"
      value_type = "STRING"
    }
  }

  label_extractors = {
    tool    = "EXTRACT(jsonPayload.tool)"
    outcome = "EXTRACT(jsonPayload.outcome)"
  }

  # From 10 ms to 20 s, each a fifth wider than the one before.
  bucket_options {
    exponential_buckets {
      num_finite_buckets = 42
      growth_factor      = 1.2
      scale              = 0.01
    }
  }

  depends_on = [time_sleep.project]
}

resource "google_monitoring_notification_channel" "staff" {
  display_name = "Clinic voice agent"
  type         = "email"
  labels       = { email_address = var.alert_email }

  depends_on = [time_sleep.project]
}

resource "google_monitoring_alert_policy" "alert" {
  for_each = local.alerts

  display_name          = each.value.says
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.staff.id]

  conditions {
    display_name = each.value.says

    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.above
      duration        = each.value.for

      aggregations {
        alignment_period     = each.value.per
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
      }
    }
  }

  documentation {
    content   = each.value.do
    mime_type = "text/markdown"
  }

  alert_strategy {
    auto_close = "86400s"
  }

  depends_on = [time_sleep.metrics]
}

# A policy on a metric of the log that Cloud Monitoring has not heard of yet is refused with 404
# (github.com/hashicorp/terraform-provider-google/issues/11102). The functions' builds take longer than this.
resource "time_sleep" "metrics" {
  create_duration = "300s"
  triggers        = { metrics = join(",", keys(local.counted)) }

  depends_on = [google_logging_metric.counted, google_logging_metric.tool_seconds]
}

resource "google_monitoring_dashboard" "calls" {
  dashboard_json = jsonencode({
    displayName = "Clinic voice agent"
    mosaicLayout = {
      columns = 12
      tiles = [
        for index, chart in [
          { title = "Calls that ended, by how", metric = "logging.googleapis.com/user/calls_ended", aligner = "ALIGN_RATE", by = ["metric.label.status"] },
          { title = "Seconds a caller waits for a tool (p95)", metric = "logging.googleapis.com/user/tool_seconds", aligner = "ALIGN_PERCENTILE_95", by = ["metric.label.tool"] },
          { title = "Dead letters", metric = "logging.googleapis.com/user/dead_letters", aligner = "ALIGN_DELTA", by = ["metric.label.function"] },
          { title = "Calls without a word of the model", metric = "logging.googleapis.com/user/silent_calls", aligner = "ALIGN_DELTA", by = [] },
          { title = "Instances of the service", metric = "run.googleapis.com/container/instance_count", aligner = "ALIGN_MAX", by = ["resource.label.service_name"] },
          { title = "Messages waiting longest", metric = "pubsub.googleapis.com/subscription/oldest_unacked_message_age", aligner = "ALIGN_MAX", by = ["resource.label.subscription_id"] },
          ] : {
          xPos   = (index % 2) * 6
          yPos   = floor(index / 2) * 4
          width  = 6
          height = 4
          widget = {
            title = chart.title
            xyChart = {
              dataSets = [{
                plotType = "LINE"
                timeSeriesQuery = {
                  timeSeriesFilter = {
                    filter = "metric.type=\"${chart.metric}\""
                    aggregation = {
                      alignmentPeriod    = "60s"
                      perSeriesAligner   = chart.aligner
                      crossSeriesReducer = length(chart.by) == 0 ? "REDUCE_SUM" : "REDUCE_MAX"
                      groupByFields      = chart.by
                    }
                  }
                }
              }]
            }
          }
        }
      ]
    }
  })

  depends_on = [google_logging_metric.counted, google_logging_metric.tool_seconds]
}
