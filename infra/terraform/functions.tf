# One function per row of the table: its own service account, its own limits, nothing it does not need.

locals {
  # Google Workspace is reached by delegation, unless it is given a secret.
  use_secrets = merge(
    { twilio = setunion(["TWILIO_AUTH_TOKEN"], setintersection(var.more_secrets, ["TWILIO_API_SECRET", "WEB_TOKEN_SECRET"])) },
    { for use in ["mail", "calendar", "sheets"] : use => setintersection(var.more_secrets, ["WORKSPACE_CREDENTIALS"]) },
  )

  # Every tool, reaction and job works on the store and publishes what it did; a webhook says what it needs.
  uses_of = {
    for name, row in local.functions : name =>
    distinct(concat(row.kind == "webhook" ? [] : ["store", "bus"], try(row.deploy.uses, [])))
  }

  # 30 characters at most, and still one each.
  account_ids = {
    for name, hosted in local.hosted_names : name =>
    length(hosted) <= 27 ? "fn-${hosted}" : "fn-${trimsuffix(substr(hosted, 0, 22), "-")}-${substr(sha256(name), 0, 4)}"
  }

  function_secrets = merge([
    for name, uses in local.uses_of : {
      for secret in distinct(flatten([for use in uses : tolist(lookup(local.use_secrets, use, []))])) :
      "${name}.${secret}" => { function = name, secret = secret }
    }
  ]...)

  # The public addresses and the phone go with the token that what comes from there is checked with:
  # a function that was given the one without the other would refuse to start.
  needing_a_token = ["FUNCTIONS_URL", "REALTIME_URL", "TELEPHONY", "TWILIO_API_KEY"]
  function_settings = {
    for name, uses in local.uses_of : name => merge(
      {
        for setting, value in local.settings : setting => value
        if contains(uses, "twilio") || !contains(local.needing_a_token, setting)
      },
      # functions-framework's own: left alone it answers four requests at a time, however many it is given.
      { THREADS = tostring(try(local.functions[name].deploy.concurrency, 20)) },
    )
  }
}

resource "google_service_account" "function" {
  for_each = local.functions

  account_id   = local.account_ids[each.key]
  display_name = "The function ${each.key}"

  depends_on = [time_sleep.project]
}

resource "google_storage_bucket_object" "functions_zip" {
  name   = "functions/${filesha256(var.functions_zip)}.zip"
  bucket = google_storage_bucket.source.name
  source = var.functions_zip
}

resource "google_cloudfunctions2_function" "function" {
  for_each = local.functions

  name         = local.hosted_names[each.key]
  location     = var.region
  description  = try(substr(each.value.declaration.description, 0, 200), "A ${each.value.kind} of the clinic voice agent.")
  kms_key_name = var.kms_key == "" ? null : var.kms_key

  build_config {
    runtime           = "python312"
    entry_point       = each.key
    docker_repository = google_artifact_registry_repository.images["functions"].id
    service_account   = google_service_account.builder.id

    source {
      storage_source {
        bucket     = google_storage_bucket.source.name
        object     = google_storage_bucket_object.functions_zip.name
        generation = google_storage_bucket_object.functions_zip.generation
      }
    }

    automatic_update_policy {}
  }

  service_config {
    service_account_email            = google_service_account.function[each.key].email
    available_memory                 = try(each.value.deploy.memory, "256Mi")
    available_cpu                    = "1"
    timeout_seconds                  = try(each.value.deploy.timeout_seconds, 30)
    min_instance_count               = min(try(each.value.deploy.min_instances, 0), var.min_function_instances)
    max_instance_count               = try(each.value.deploy.max_instances, 20)
    max_instance_request_concurrency = try(each.value.deploy.concurrency, 20)
    environment_variables            = local.function_settings[each.key]

    # Twilio and browsers come from outside; Pub/Sub and the scheduler count as inside.
    ingress_settings = each.value.kind != "webhook" ? "ALLOW_INTERNAL_ONLY" : var.domain == "" ? "ALLOW_ALL" : "ALLOW_INTERNAL_AND_GCLB"

    dynamic "secret_environment_variables" {
      for_each = { for key, need in local.function_secrets : need.secret => need if need.function == each.key }
      content {
        key        = secret_environment_variables.key
        project_id = var.project_id
        secret     = google_secret_manager_secret.secret[secret_environment_variables.key].secret_id
        version    = "latest"
      }
    }
  }

  depends_on = [time_sleep.grants]
}

# Only Pub/Sub may call what answers an event; who calls a webhook proves it by a signature in the request.
resource "google_cloud_run_service_iam_member" "pushed" {
  for_each = { for name, row in local.functions : name => row if row.kind != "webhook" }

  location = var.region
  service  = google_cloudfunctions2_function.function[each.key].name
  role     = "roles/run.invoker"
  member   = google_service_account.pusher.member
}

resource "google_cloud_run_service_iam_member" "public" {
  #checkov:skip=CKV_GCP_102:Twilio and browsers have no Google identity; each webhook checks a signature or an origin itself
  for_each = local.webhooks

  location = var.region
  service  = google_cloudfunctions2_function.function[each.key].name
  role     = "roles/run.invoker"
  member   = "allUsers"
}

resource "google_secret_manager_secret_iam_member" "function" {
  for_each = local.function_secrets

  secret_id = google_secret_manager_secret.secret[each.value.secret].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function[each.value.function].member
}

# Builds the functions from their source.

resource "google_service_account" "builder" {
  account_id   = "functions-builder"
  display_name = "Builds the functions' images"

  depends_on = [time_sleep.project]
}

resource "google_project_iam_member" "builder" {
  for_each = toset(["roles/logging.logWriter"])

  project = var.project_id
  role    = each.key
  member  = google_service_account.builder.member
}

resource "google_storage_bucket_iam_member" "builder" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.builder.member
}

resource "google_artifact_registry_repository_iam_member" "builder" {
  repository = google_artifact_registry_repository.images["functions"].name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.builder.member
}
