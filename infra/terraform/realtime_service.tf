# The WebSocket service that holds the calls.

locals {
  # What follows from this configuration, for the service and the functions alike.
  settings = merge(var.settings, local.following)
  following = {
    STORE                = "cloud"
    GOOGLE_CLOUD_PROJECT = var.project_id
    CORS_ORIGINS         = join(",", concat(var.origins, [local.service_origin]))
    FUNCTIONS_URL        = local.functions_url
    REALTIME_URL         = local.realtime_url
    MAX_SESSIONS         = tostring(var.calls_per_instance * var.max_service_instances)
    TRUSTED_PROXIES      = var.domain == "" ? "1" : "2"

    TELEPHONY           = "twilio"
    TWILIO_ACCOUNT_SID  = var.twilio_account_sid
    TWILIO_PHONE_NUMBER = var.twilio_phone_number

    MAIL                 = "gmail"
    CALENDAR             = "google"
    SHEETS               = "google"
    WORKSPACE_ACCOUNT    = var.workspace_account
    REGISTER_SPREADSHEET = var.register_spreadsheet
    BACKUP_BUCKET        = local.backup_bucket

    TRACES                   = "google"
    OTEL_RESOURCE_ATTRIBUTES = "cloud.region=${var.region}"
  }

  # Gemini on Google Cloud takes the service's own account; the Developer API takes a key.
  vertex = contains(["true", "1"], lower(lookup(var.settings, "GOOGLE_GENAI_USE_VERTEXAI", "false")))
  service_secrets = setunion(
    ["TWILIO_AUTH_TOKEN"], local.vertex ? [] : ["GEMINI_API_KEY"], setintersection(var.more_secrets, ["WEB_TOKEN_SECRET"]),
  )

  # Cloud Run's deterministic address, which is known before there is a service.
  service_name   = "realtime-service"
  service_origin = var.domain == "" ? "https://${local.service_name}-${data.google_project.clinic.number}.${var.region}.run.app" : "https://${var.domain}"
  realtime_url   = replace(local.service_origin, "https://", "wss://")
  functions_url  = var.domain == "" ? "https://${var.region}-${var.project_id}.cloudfunctions.net" : "https://${var.domain}"
}

resource "google_service_account" "realtime_service" {
  account_id   = local.service_name
  display_name = "The realtime service"

  depends_on = [time_sleep.project]
}

resource "google_cloud_run_v2_service" "realtime_service" {
  name                = local.service_name
  location            = var.region
  ingress             = var.domain == "" ? "INGRESS_TRAFFIC_ALL" : "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
  deletion_protection = var.delete_protection

  # Callers' sockets carry a token of ours, not one of Google's.
  invoker_iam_disabled = true

  # Of the service, for a revision's own would be kept warm for the one to go back to as well, by its tag.
  scaling {
    min_instance_count = var.min_service_instances
  }

  template {
    service_account                  = google_service_account.realtime_service.email
    timeout                          = "3600s" # of a WebSocket, Cloud Run's longest
    session_affinity                 = true    # a page that is loaded again finds its call
    max_instance_request_concurrency = var.calls_per_instance
    encryption_key                   = var.kms_key == "" ? null : var.kms_key
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"

    scaling {
      max_instance_count = var.max_service_instances
    }

    containers {
      image = var.image

      ports {
        container_port = 8080
      }

      resources {
        limits            = { cpu = "1", memory = "1Gi" }
        cpu_idle          = false # a call needs its share between requests too
        startup_cpu_boost = true
      }

      startup_probe {
        period_seconds    = 2
        timeout_seconds   = 2
        failure_threshold = 15
        http_get {
          path = "/health"
        }
      }

      liveness_probe {
        period_seconds    = 20
        timeout_seconds   = 5
        failure_threshold = 3
        http_get {
          path = "/health"
        }
      }

      dynamic "env" {
        for_each = { for name, value in local.settings : name => value if name != "TWILIO_API_KEY" } # the functions ring
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.service_secrets
        content {
          name = env.key
          value_source {
            secret_key_ref {
              secret  = google_secret_manager_secret.secret[env.key].secret_id
              version = "latest"
            }
          }
        }
      }
    }
  }

  lifecycle {
    # infra/release puts new images before the callers, a part of them at a time.
    ignore_changes = [
      client,
      client_version,
      template[0].containers[0].image,
      template[0].revision,
      traffic,
    ]
  }

  depends_on = [time_sleep.grants, google_firestore_database.clinic, google_pubsub_topic.topic]
}

resource "google_secret_manager_secret_iam_member" "realtime_service" {
  for_each = local.service_secrets

  secret_id = google_secret_manager_secret.secret[each.key].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.realtime_service.member
}

resource "google_project_iam_member" "gemini" {
  count = local.vertex ? 1 : 0

  project = var.project_id
  role    = "roles/aiplatform.user"
  member  = google_service_account.realtime_service.member
}
