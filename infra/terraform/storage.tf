# Two buckets: the functions' source, and the daily backup of the staff's sheets.

locals {
  backup_bucket  = "${var.project_id}-backups"
  backup_writers = [for name, uses in local.uses_of : name if contains(uses, "backup")]
}

resource "google_storage_bucket" "source" {
  #checkov:skip=CKV_GCP_62:audit.tf has every read and write of every bucket in the audit log, which usage logs do not add to
  name                        = "${var.project_id}-functions-source"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true # it holds only what can be built again

  versioning {
    enabled = true
  }

  # The newest stays however old it is: Terraform would make it again, and all functions with it.
  lifecycle_rule {
    condition {
      days_since_noncurrent_time = 90
    }
    action {
      type = "Delete"
    }
  }

  dynamic "encryption" {
    for_each = var.kms_key == "" ? [] : [var.kms_key]
    content {
      default_kms_key_name = encryption.value
    }
  }

  depends_on = [time_sleep.project]
}

resource "google_storage_bucket" "backups" {
  #checkov:skip=CKV_GCP_62:audit.tf has every read and write of every bucket in the audit log, which usage logs do not add to
  #checkov:skip=CKV_GCP_78:the retention policy lets nobody overwrite or delete an object, so there are no older versions
  name                        = local.backup_bucket
  location                    = var.region
  storage_class               = "NEARLINE"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.delete_protection

  retention_policy {
    retention_period = tostring(var.backup_days * 86400)
    is_locked        = var.lock_backups
  }

  lifecycle_rule {
    condition {
      age = var.backup_days + 335 # a year in all, by default
    }
    action {
      type = "Delete"
    }
  }

  dynamic "encryption" {
    for_each = var.kms_key == "" ? [] : [var.kms_key]
    content {
      default_kms_key_name = encryption.value
    }
  }

  depends_on = [time_sleep.project]
}

# May add a backup, and neither read, change nor delete one.
resource "google_storage_bucket_iam_member" "backup_writer" {
  for_each = toset(local.backup_writers)

  bucket = google_storage_bucket.backups.name
  role   = "roles/storage.objectCreator"
  member = google_service_account.function[each.key].member
}
