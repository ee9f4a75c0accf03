# What may write traces and metrics: every function, and the service.

locals {
  accounts = merge(
    { for name, account in google_service_account.function : name => account.member },
    { realtime-service = google_service_account.realtime_service.member },
  )

  telemetry_roles = ["roles/serviceusage.serviceUsageConsumer", "roles/telemetry.metricsWriter", "roles/telemetry.tracesWriter"]
}

resource "google_project_iam_member" "telemetry" {
  for_each = { for pair in setproduct(keys(local.accounts), local.telemetry_roles) : "${pair[0]}.${pair[1]}" => pair }

  project = var.project_id
  role    = each.value[1]
  member  = local.accounts[each.value[0]]
}
