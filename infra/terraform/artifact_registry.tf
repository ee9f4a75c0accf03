# The images: the realtime service's, and those that Google builds from the functions' source.

resource "google_artifact_registry_repository" "images" {
  repository_id = "clinic-voice-agent"
  location      = var.region
  format        = "DOCKER"
  description   = "The clinic voice agent's images."
  kms_key_name  = var.kms_key == "" ? null : var.kms_key

  docker_config {
    immutable_tags = true
  }

  vulnerability_scanning_config {
    enablement_config = "INHERITED"
  }

  cleanup_policies {
    id     = "keep-the-latest"
    action = "KEEP"
    most_recent_versions {
      keep_count = 20
    }
  }
  cleanup_policies {
    id     = "delete-the-old"
    action = "DELETE"
    condition {
      older_than = "90d"
    }
  }

  depends_on = [time_sleep.project]
}
