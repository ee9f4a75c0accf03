terraform {
  required_version = ">= 1.9"

  # Where the state lives is given at init: -backend-config=bucket=…
  backend "gcs" {}

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 7.20, < 8.0"
    }
    google-beta = {
      source  = "hashicorp/google-beta"
      version = ">= 7.20, < 8.0"
    }
    time = {
      source  = "hashicorp/time"
      version = "~> 0.13"
    }
  }
}

provider "google" {
  project               = var.project_id
  region                = var.region
  billing_project       = var.project_id
  user_project_override = true # budgets and Cloud Armor are charged to a quota, which this names

  default_labels = {
    application = "clinic-voice-agent"
    environment = var.environment
  }
}

# For what calls Google's agents into being, and nothing else.
provider "google-beta" {
  project               = var.project_id
  region                = var.region
  billing_project       = var.project_id
  user_project_override = true
}
