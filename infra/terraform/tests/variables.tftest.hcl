# What is typed wrong is refused before anything is asked of Google, and the message names the variable.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
  mock_resource "google_service_account" {
    defaults = {
      name   = "projects/clinic-staging/serviceAccounts/mock@clinic-staging.iam.gserviceaccount.com"
      email  = "mock@clinic-staging.iam.gserviceaccount.com"
      member = "serviceAccount:mock@clinic-staging.iam.gserviceaccount.com"
    }
  }
}

mock_provider "google-beta" {}
mock_provider "time" {} # nobody waits

variables {
  project_id  = "clinic-staging"
  environment = "staging"
  alert_email = "staff@example.com"

  twilio_account_sid   = "AC00000000000000000000000000000000"
  twilio_phone_number  = "+15005550006"
  workspace_account    = "desk@example.com"
  register_spreadsheet = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"

  image = "asia-south1-docker.pkg.dev/clinic-staging/clinic-voice-agent/realtime-service@sha256:0000000000000000000000000000000000000000000000000000000000000000"
}

run "a_project_s_number_is_no_id" {
  command = plan
  variables {
    project_id = "123456789012"
  }
  expect_failures = [var.project_id]
}

run "an_environment_is_staging_or_production" {
  command = plan
  variables {
    environment = "test"
  }
  expect_failures = [var.environment]
}

run "a_region_without_the_services_is_refused" {
  command = plan
  variables {
    region = "mars-north1"
  }
  expect_failures = [var.region]
}

run "an_image_by_tag_is_refused" {
  command = plan
  variables {
    image = "asia-south1-docker.pkg.dev/clinic-staging/clinic-voice-agent/realtime-service:latest"
  }
  expect_failures = [var.image]
}

run "a_secret_is_no_setting" {
  command = plan
  variables {
    settings = { TWILIO_AUTH_TOKEN = "never here" }
  }
  expect_failures = [var.settings]
}

run "a_secret_that_not_everybody_needs_is_no_setting_either" {
  command = plan
  variables {
    settings = { WEB_TOKEN_SECRET = "never here" }
  }
  expect_failures = [var.settings]
}

run "a_setting_that_follows_from_a_variable_is_not_given_twice" {
  command = plan
  variables {
    settings = { TWILIO_PHONE_NUMBER = "+15005550007" }
  }
  expect_failures = [var.settings]
}

run "an_unknown_secret_is_refused" {
  command = plan
  variables {
    more_secrets = ["ANOTHER_SECRET"]
  }
  expect_failures = [var.more_secrets]
}

run "a_twilio_key_without_its_secret_is_refused" {
  command = plan
  variables {
    settings = { TWILIO_API_KEY = "SK00000000000000000000000000000000" }
  }
  expect_failures = [var.more_secrets]
}

run "a_twilio_key_goes_with_its_secret_to_those_who_ring" {
  command = plan
  variables {
    settings     = { TWILIO_API_KEY = "SK00000000000000000000000000000000" }
    more_secrets = ["TWILIO_API_SECRET"]
  }
  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.function :
      contains(keys(function.service_config[0].environment_variables), "TWILIO_API_KEY") ==
      contains(function.service_config[0].secret_environment_variables[*].key, "TWILIO_API_SECRET")
    ])
    error_message = "a function is given the one without the other, and would not start"
  }
  assert {
    condition     = !contains(google_cloud_run_v2_service.realtime_service.template[0].containers[0].env[*].name, "TWILIO_API_KEY")
    error_message = "the service is given a key whose secret it does not have, and would not start"
  }
}

run "a_clinic_s_file_that_would_not_be_shipped_is_refused" {
  command = plan
  variables {
    settings = { CLINIC_FILE = "clinics/ours.toml" }
  }
  expect_failures = [var.settings]
}

run "a_clinic_s_file_is_shipped" {
  command = plan
  variables {
    settings = { CLINIC_FILE = "clinic/directory/renova.toml", LETTERS_FOLDER = "clinic/letters/templates" }
  }
  assert {
    condition     = google_cloudfunctions2_function.function["book_appointment"].service_config[0].environment_variables["CLINIC_FILE"] == "clinic/directory/renova.toml"
    error_message = "the functions keep another clinic's book"
  }
}

run "a_setting_is_written_in_capitals" {
  command = plan
  variables {
    settings = { log_level = "DEBUG" }
  }
  expect_failures = [var.settings]
}

run "an_origin_is_https" {
  command = plan
  variables {
    origins = ["http://clinic.example.com"]
  }
  expect_failures = [var.origins]
}

run "a_domain_has_no_scheme" {
  command = plan
  variables {
    domain = "https://voice.example.com"
  }
  expect_failures = [var.domain]
}

run "a_key_of_another_region_is_refused" {
  command = plan
  variables {
    kms_key = "projects/keys/locations/us-east1/keyRings/ring/cryptoKeys/key"
  }
  expect_failures = [var.kms_key]
}

run "an_address_for_alerts_is_an_address" {
  command = plan
  variables {
    alert_email = "staff"
  }
  expect_failures = [var.alert_email]
}

run "a_spreadsheet_is_named_by_its_id" {
  command = plan
  variables {
    register_spreadsheet = "https://docs.google.com/spreadsheets/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit"
  }
  expect_failures = [var.register_spreadsheet]
}

run "a_number_is_written_with_its_country" {
  command = plan
  variables {
    twilio_phone_number = "4155552671"
  }
  expect_failures = [var.twilio_phone_number]
}

run "a_missing_bundle_is_said_to_be_missing" {
  command = plan
  variables {
    functions_zip = "./no-such.zip"
  }
  expect_failures = [var.functions_zip]
}

run "what_is_warm_belongs_to_the_revisions_that_have_calls" {
  command = plan
  variables {
    min_service_instances = 3
  }
  assert {
    condition = (
      google_cloud_run_v2_service.realtime_service.scaling[0].min_instance_count == 3 &&
      google_cloud_run_v2_service.realtime_service.template[0].scaling[0].min_instance_count == null
    )
    error_message = "the revision to go back to is paid for as if it had calls"
  }
}

run "without_a_domain_there_is_no_load_balancer" {
  command = plan
  assert {
    condition     = length(google_compute_global_forwarding_rule.front) == 0 && google_cloud_run_v2_service.realtime_service.ingress == "INGRESS_TRAFFIC_ALL"
    error_message = "there is a load balancer, or nobody can reach the service"
  }
}

run "with_a_domain_everything_comes_through_the_load_balancer" {
  command = apply # against the mock
  variables {
    domain = "voice.example.com"
  }
  assert {
    condition     = google_cloud_run_v2_service.realtime_service.ingress == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
    error_message = "the service can be reached past Cloud Armor"
  }
  assert {
    condition     = alltrue([for each in google_compute_backend_service.front : each.security_policy != null])
    error_message = "a backend has no Cloud Armor before it"
  }
  assert {
    condition     = google_compute_region_network_endpoint_group.front["candidate"].cloud_run[0].tag == "candidate"
    error_message = "a release can't be tried before callers meet it"
  }
}

run "a_copy_in_the_same_region_is_none" {
  command = plan
  variables {
    export_location = "asia-south1"
  }
  expect_failures = [var.export_location]
}

run "a_copy_elsewhere_is_made_every_night" {
  command = apply # against the mock
  variables {
    export_location = "asia-southeast1"
  }
  assert {
    condition     = endswith(google_cloud_scheduler_job.export[0].http_target[0].uri, "/databases/(default):exportDocuments")
    error_message = "another database is copied"
  }
  assert {
    condition     = jsondecode(base64decode(google_cloud_scheduler_job.export[0].http_target[0].body)).outputUriPrefix == "gs://clinic-staging-exports"
    error_message = "it is copied elsewhere"
  }
}

run "gemini_on_google_cloud_needs_no_key" {
  command = plan
  variables {
    settings = { GOOGLE_GENAI_USE_VERTEXAI = "true" }
  }
  assert {
    condition     = !contains(keys(google_secret_manager_secret_iam_member.realtime_service), "GEMINI_API_KEY") && length(google_project_iam_member.gemini) == 1
    error_message = "the service wants a key, or may not use the model"
  }
}

run "a_key_encrypts_everything_at_rest" {
  command = plan
  variables {
    kms_key = "projects/keys/locations/asia-south1/keyRings/ring/cryptoKeys/key"
  }
  assert {
    condition = alltrue(concat(
      [for topic in google_pubsub_topic.topic : topic.kms_key_name == var.kms_key],
      [for bucket in [google_storage_bucket.source, google_storage_bucket.backups] : bucket.encryption[0].default_kms_key_name == var.kms_key],
      [google_firestore_database.clinic.cmek_config[0].kms_key_name == var.kms_key],
      [google_cloud_run_v2_service.realtime_service.template[0].encryption_key == var.kms_key],
    ))
    error_message = "something is encrypted with another key"
  }
}
