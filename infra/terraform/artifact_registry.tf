# The images: the realtime service's, and apart from them those that Google builds from the functions' source.

resource "google_artifact_registry_repository" "images" {
  for_each = {
    clinic-voice-agent = "The realtime service's images."
    functions          = "The functions' images, and the cache of their builds."
  }

  repository_id = each.key
  location      = var.region
  format        = "DOCKER"
  description   = each.value
  kms_key_name  = var.kms_key == "" ? null : var.kms_key

  docker_config {
    immutable_tags = each.key != "functions" # a build moves its cache's tag
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
