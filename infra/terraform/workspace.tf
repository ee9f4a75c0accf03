# Domain-wide delegation without a key: a function that reaches Google Workspace signs as itself, and IAM holds the key.

locals {
  delegating = toset([
    for name, uses in local.uses_of : name if length(setintersection(uses, ["mail", "calendar", "sheets"])) > 0
  ])
}

resource "google_service_account_iam_member" "delegates" {
  for_each = local.delegating

  service_account_id = google_service_account.function[each.key].name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = google_service_account.function[each.key].member
}
