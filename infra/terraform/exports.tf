# A copy of the book every night outside of the region. Firestore's own backups can be restored in the region alone.

resource "google_storage_bucket" "exports" {
  #checkov:skip=CKV_GCP_62:audit.tf has every read and write of every bucket in the audit log, which usage logs do not add to
  #checkov:skip=CKV_GCP_78:each night's copy has a name of its own, so there are no older versions
  count = var.export_location == "" ? 0 : 1

  name                        = "${var.project_id}-exports"
  location                    = var.export_location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.delete_protection

  lifecycle_rule {
    condition {
      age = 14
    }
    action {
      type = "Delete"
    }
  }

  depends_on = [time_sleep.project]
}

resource "google_service_account" "exporter" {
  count = var.export_location == "" ? 0 : 1

  account_id   = "book-exporter"
  display_name = "Copies the book out of the region"

  depends_on = [time_sleep.project]
}

resource "google_project_iam_member" "exporter" {
  count = var.export_location == "" ? 0 : 1

  project = var.project_id
  role    = "roles/datastore.importExportAdmin"
  member  = google_service_account.exporter[0].member
}

# Firestore asks for the whole bucket (firebase.google.com/docs/firestore/solutions/schedule-export).
resource "google_storage_bucket_iam_member" "exporter" {
  count = var.export_location == "" ? 0 : 1

  bucket = google_storage_bucket.exports[0].name
  role   = "roles/storage.admin"
  member = google_service_account.exporter[0].member
}

resource "google_cloud_scheduler_job" "export" {
  count = var.export_location == "" ? 0 : 1

  name        = "export-book"
  region      = var.region
  description = "Copies the book to ${var.export_location} every night."
  schedule    = "30 20 * * *"
  time_zone   = "Etc/UTC"

  http_target {
    http_method = "POST"
    uri         = "https://firestore.googleapis.com/v1/projects/${var.project_id}/databases/${google_firestore_database.clinic.name}:exportDocuments"
    headers     = { Content-Type = "application/json" }
    body        = base64encode(jsonencode({ outputUriPrefix = "gs://${google_storage_bucket.exports[0].name}" }))

    oauth_token {
      service_account_email = google_service_account.exporter[0].email
      scope                 = "https://www.googleapis.com/auth/datastore"
    }
  }

  retry_config {
    retry_count = 3
  }

  depends_on = [google_project_iam_member.exporter, google_storage_bucket_iam_member.exporter]
}
