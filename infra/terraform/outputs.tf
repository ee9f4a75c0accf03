# What is to be pasted where.

output "twilio_voice_url" {
  description = "Twilio console, phone number, \"A call comes in\": webhook, HTTP POST."
  value       = "${local.functions_url}/twilio-voice"
}

output "twilio_fallback_url" {
  description = "Twilio console, phone number, \"Primary handler fails\": webhook, HTTP POST."
  value       = "${local.functions_url}/twilio-fallback"
}

output "twilio_status_url" {
  description = "Twilio console, phone number, \"Call status changes\": HTTP POST."
  value       = "${local.functions_url}/twilio-status"
}

output "embed" {
  description = "What the clinic's web site carries, once."
  value       = "<script src=\"${local.service_origin}/embed.js\" async></script>"
}

output "add_secrets" {
  description = "How each secret is given its value."
  value = [
    for secret in google_secret_manager_secret.secret :
    "gcloud secrets versions add ${secret.secret_id} --project=${var.project_id} --data-file=-"
  ]
}

output "service" {
  description = "What infra/release is told."
  value       = "projects/${var.project_id}/locations/${var.region}/services/${google_cloud_run_v2_service.realtime_service.name}"
}

output "delegation" {
  description = "Google Workspace's Admin console, Security, API controls, Domain-wide delegation: the client ids to allow, by what each may do (docs/workspace.md)."
  value = {
    for use in ["mail", "calendar", "sheets"] : use => [
      for name, uses in local.uses_of : google_service_account.function[name].unique_id if contains(uses, use)
    ]
  }
}

output "load_balancer_address" {
  description = "Where the domain's A record points; empty without a domain."
  value       = var.domain == "" ? "" : google_compute_global_address.front[0].address
}
