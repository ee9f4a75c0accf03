# Where the secrets go. Their values never pass through here: the operator adds each one's version by hand.

locals {
  secret_settings = toset(["GEMINI_API_KEY", "TWILIO_AUTH_TOKEN"])
}

resource "google_secret_manager_secret" "secret" {
  for_each = local.secret_settings

  secret_id           = lower(replace(each.key, "_", "-"))
  deletion_protection = var.delete_protection

  replication {
    user_managed {
      replicas {
        location = var.region

        dynamic "customer_managed_encryption" {
          for_each = var.kms_key == "" ? [] : [var.kms_key]
          content {
            kms_key_name = customer_managed_encryption.value
          }
        }
      }
    }
  }

  depends_on = [time_sleep.project]
}
