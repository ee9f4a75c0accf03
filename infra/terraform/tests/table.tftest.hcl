# The table of functions decides what there is: a row more is a function more, and a row that can't be is refused.

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

run "every_row_is_a_function_of_its_own" {
  command = apply # against the mock

  assert {
    condition = alltrue([
      for row in jsondecode(file(var.functions_table)) :
      row.kind == "live" || contains(keys(google_cloudfunctions2_function.function), row.name)
    ])
    error_message = "a row has no function"
  }
  assert {
    condition     = length(distinct(values(google_cloudfunctions2_function.function)[*].name)) == length(google_cloudfunctions2_function.function)
    error_message = "two functions have one name"
  }
  assert {
    condition     = length(distinct(values(google_service_account.function)[*].account_id)) == length(google_cloudfunctions2_function.function)
    error_message = "two functions have one service account's name"
  }
  assert {
    condition     = keys(google_service_account.function) == keys(google_cloudfunctions2_function.function)
    error_message = "functions share a service account, or have none"
  }
}

run "every_tool_has_a_topic_and_is_pushed_its_messages" {
  command = apply # against the mock

  assert {
    condition = alltrue([
      for row in jsondecode(file(var.functions_table)) :
      row.kind != "tool" || try(google_pubsub_subscription.push[row.name].push_config[0].push_endpoint, null) != ""
    ])
    error_message = "a tool is pushed nothing"
  }
  assert {
    condition     = alltrue([for name, each in google_pubsub_subscription.push : length(each.dead_letter_policy) == (endswith(name, ".dead_letters") ? 0 : 1)])
    error_message = "a message that can't be delivered would be lost, or go round in circles"
  }
}

run "only_webhooks_are_open_to_the_world" {
  command = plan

  assert {
    condition = alltrue([
      for row in jsondecode(file(var.functions_table)) :
      row.kind == "live" || contains(keys(google_cloud_run_service_iam_member.public), row.name) == (row.kind == "webhook")
    ])
    error_message = "something beside a webhook may be called by anybody"
  }
}

run "no_role_is_basic_or_ends_in_admin" {
  command = apply # against the mock

  assert {
    condition = alltrue([
      for grant in concat(values(google_project_iam_member.store), values(google_project_iam_member.builder)) :
      !can(regex("roles/(owner|editor|viewer)$|[aA]dmin$", grant.role))
    ])
    error_message = "a service account may more than it needs"
  }
}

run "two_rows_of_one_name_are_refused" {
  command = plan
  variables {
    functions_table = "./tests/tables/two_rows_of_one_name.json"
  }
  expect_failures = [terraform_data.table]
}

run "an_unknown_kind_is_refused" {
  command = plan
  variables {
    functions_table = "./tests/tables/an_unknown_kind.json"
  }
  expect_failures = [terraform_data.table]
}

run "a_tool_without_a_file_is_refused" {
  command = plan
  variables {
    functions_table = "./tests/tables/a_tool_without_a_file.json"
  }
  expect_failures = [terraform_data.table]
}

run "an_unknown_use_is_refused" {
  command = plan
  variables {
    functions_table = "./tests/tables/an_unknown_use.json"
  }
  expect_failures = [terraform_data.table]
}
