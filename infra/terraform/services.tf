# The Google APIs that this project needs, and the agents that act for them.

locals {
  apis = toset(concat([
    "artifactregistry", "calendar-json", "cloudbuild", "cloudfunctions", "cloudresourcemanager", "cloudscheduler",
    "cloudtrace", "firebaserules", "firestore", "gmail", "iam", "iamcredentials", "logging", "monitoring", "pubsub", "run",
    "secretmanager", "serviceusage", "sheets", "storage", "telemetry",
    ],
    var.billing_account == "" ? [] : ["billingbudgets"],
    var.domain == "" ? [] : ["certificatemanager", "compute"],
    var.kms_key == "" ? [] : ["cloudkms"],
    local.vertex ? ["aiplatform"] : [],
  ))

  # Who acts for an API in this project, and may use the key that encrypts what the API keeps.
  agents = {
    for api, name in merge(
      { cloudfunctions = "gcf-admin-robot", pubsub = "gcp-sa-pubsub", run = "serverless-robot-prod" },
      { cloudscheduler = "gcp-sa-cloudscheduler" },
      local.encrypting_agents,
    ) : api => "service-${data.google_project.clinic.number}@${name}.iam.gserviceaccount.com"
  }
  encrypting_agents = var.kms_key == "" ? {} : {
    artifactregistry = "gcp-sa-artifactregistry"
    firestore        = "gcp-sa-firestore"
    secretmanager    = "gcp-sa-secretmanager"
    storage          = "gs-project-accounts"
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

# Some agents exist only once somebody has asked for them; Cloud Storage's is asked for in its own way.
resource "google_project_service_identity" "agent" {
  for_each = setsubtract(keys(local.agents), ["storage"])
  provider = google-beta

  service = "${each.key}.googleapis.com"

  depends_on = [google_project_service.api]
}

data "google_storage_project_service_account" "agent" {
  count = var.kms_key == "" ? 0 : 1

  depends_on = [google_project_service.api]
}

resource "google_kms_crypto_key_iam_member" "agent" {
  for_each = var.kms_key == "" ? {} : { for api, email in local.agents : api => email if api != "cloudscheduler" }

  crypto_key_id = var.kms_key
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${each.value}"

  depends_on = [google_project_service_identity.agent, data.google_storage_project_service_account.agent]
}

# A new API, a new agent and a new grant are not known everywhere at once
# (cloud.google.com/iam/docs/access-change-propagation: two minutes as a rule).
resource "time_sleep" "project" {
  create_duration = "60s"
  triggers        = { apis = join(",", local.apis), kms_key = var.kms_key }

  depends_on = [google_project_service.api, google_project_service_identity.agent, google_kms_crypto_key_iam_member.agent]
}

# Without these a function is not built, or its first revision never gets ready: then the apply has failed.
resource "time_sleep" "grants" {
  create_duration = "120s"
  triggers        = { accounts = join(",", keys(local.functions)), secrets = join(",", keys(local.function_secrets)) }

  depends_on = [
    google_artifact_registry_repository_iam_member.builder,
    google_project_iam_member.builder,
    google_project_iam_member.store,
    google_secret_manager_secret_iam_member.function,
    google_secret_manager_secret_iam_member.realtime_service,
    google_storage_bucket_iam_member.builder,
  ]
}
