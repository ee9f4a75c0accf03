# Who read or changed what, kept by Google: patients' data is in Firestore, the keys are in Secret Manager.

resource "google_project_iam_audit_config" "audit" {
  for_each = toset(["datastore.googleapis.com", "secretmanager.googleapis.com", "storage.googleapis.com"])

  project = var.project_id
  service = each.key

  audit_log_config {
    log_type = "ADMIN_READ"
  }
  audit_log_config {
    log_type = "DATA_WRITE"
  }
  audit_log_config {
    log_type = "DATA_READ"

    # Our own functions read all day long; what they read is in the ledger.
    exempted_members = each.key == "datastore.googleapis.com" ? concat(
      [for account in google_service_account.function : account.member], [google_service_account.realtime_service.member],
    ) : []
  }
}
