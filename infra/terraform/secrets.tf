# Where the secrets go. Their values never pass through here: the operator adds each one's version by hand.

locals {
  optional_secrets = ["TWILIO_API_SECRET", "WEB_TOKEN_SECRET", "WORKSPACE_CREDENTIALS"]
  secret_settings  = setunion(["GEMINI_API_KEY", "TWILIO_AUTH_TOKEN"], local.optional_secrets)
}

resource "google_secret_manager_secret" "secret" {
  for_each = setsubtract(local.secret_settings, setsubtract(local.optional_secrets, var.more_secrets))

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
