# The session store: appointments, patients, the ledger, the call log.

locals {
  firestore_indexes = jsondecode(file("${path.module}/../../clinic/adapters/cloud/indexes.json"))
}

resource "google_firestore_database" "clinic" {
  name                              = "(default)"
  location_id                       = var.region
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "PESSIMISTIC"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = var.delete_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = var.delete_protection ? "ABANDON" : "DELETE"

  dynamic "cmek_config" {
    for_each = var.kms_key == "" ? [] : [var.kms_key]
    content {
      kms_key_name = cmek_config.value
    }
  }

  depends_on = [time_sleep.project]
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.clinic.name
  retention = "1209600s" # 14 days

  daily_recurrence {}
}

resource "google_firestore_index" "query" {
  for_each = {
    for index in local.firestore_indexes.indexes :
    "${index.collectionGroup}.${join(".", [for field in index.fields : field.fieldPath])}" => index
  }

  database    = google_firestore_database.clinic.name
  collection  = each.value.collectionGroup
  query_scope = each.value.queryScope

  dynamic "fields" {
    for_each = each.value.fields
    content {
      field_path = fields.value.fieldPath
      order      = fields.value.order
    }
  }
}

resource "google_firestore_field" "override" {
  for_each = {
    for field in local.firestore_indexes.fieldOverrides : "${field.collectionGroup}.${field.fieldPath}" => field
  }

  database   = google_firestore_database.clinic.name
  collection = each.value.collectionGroup
  field      = each.value.fieldPath

  index_config {} # none: nobody asks for it, and every index is paid for

  dynamic "ttl_config" {
    for_each = try(each.value.ttl, false) ? [true] : []
    content {}
  }
}

# Nobody but our own service accounts, which rules do not apply to, reads or writes here.
resource "google_firebaserules_ruleset" "deny_all" {
  source {
    files {
      name    = "firestore.rules"
      content = <<-RULES
        rules_version = '2';
        service cloud.firestore {
          match /databases/{database}/documents {
            match /{document=**} {
              allow read, write: if false;
            }
          }
        }
      RULES
    }
  }

  depends_on = [google_firestore_database.clinic]
}

resource "google_firebaserules_release" "firestore" {
  name         = "cloud.firestore"
  ruleset_name = google_firebaserules_ruleset.deny_all.name

  lifecycle {
    replace_triggered_by = [google_firebaserules_ruleset.deny_all]
  }
}

resource "google_project_iam_member" "store" {
  for_each = merge(
    { for name, account in google_service_account.function : name => account.member if contains(local.uses_of[name], "store") },
    { realtime-service = google_service_account.realtime_service.member },
  )

  project = var.project_id
  role    = "roles/datastore.user"
  member  = each.value
}
