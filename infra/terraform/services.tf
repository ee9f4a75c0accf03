# The Google APIs that this project needs, and the agents that act for them.

locals {
  apis = toset(concat([
    "artifactregistry", "calendar-json", "cloudbuild", "cloudfunctions", "cloudscheduler", "firebaserules", "firestore",
    "gmail", "iam", "iamcredentials", "logging", "monitoring", "pubsub", "run", "secretmanager", "sheets", "storage",
    "telemetry",
    ],
    var.billing_account == "" ? [] : ["billingbudgets"],
    var.domain == "" ? [] : ["certificatemanager", "compute"],
    var.kms_key == "" ? [] : ["cloudkms"],
    local.vertex ? ["aiplatform"] : [],
  ))

  agents = {
    artifact_registry = "service-${data.google_project.clinic.number}@gcp-sa-artifactregistry.iam.gserviceaccount.com"
    firestore         = "service-${data.google_project.clinic.number}@gcp-sa-firestore.iam.gserviceaccount.com"
    functions         = "service-${data.google_project.clinic.number}@gcf-admin-robot.iam.gserviceaccount.com"
    pubsub            = "service-${data.google_project.clinic.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
    run               = "service-${data.google_project.clinic.number}@serverless-robot-prod.iam.gserviceaccount.com"
    secrets           = "service-${data.google_project.clinic.number}@gcp-sa-secretmanager.iam.gserviceaccount.com"
    storage           = "service-${data.google_project.clinic.number}@gs-project-accounts.iam.gserviceaccount.com"
  }
}

data "google_project" "clinic" {
  project_id = var.project_id
}

resource "google_project_service" "api" {
  for_each = local.apis

  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false # others in the project may use it

  depends_on = [terraform_data.table]
}

resource "google_kms_crypto_key_iam_member" "agent" {
  for_each = var.kms_key == "" ? {} : local.agents

  crypto_key_id = var.kms_key
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${each.value}"

  depends_on = [google_project_service.api]
}
