# A host name of the clinic's own: one address, one certificate, and Cloud Armor before it.

locals {
  fronted = var.domain == "" ? {} : merge(
    { for name in ["realtime_service", "candidate"] : name => google_cloud_run_v2_service.realtime_service.name },
    { for name in keys(local.webhooks) : name => local.hosted_names[name] },
  )
}

resource "google_compute_global_address" "front" {
  count = var.domain == "" ? 0 : 1

  name       = "clinic-voice-agent"
  depends_on = [time_sleep.project]
}

resource "google_compute_region_network_endpoint_group" "front" {
  for_each = local.fronted

  name                  = "front-${replace(each.key, "_", "-")}"
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = each.value
    tag     = each.key == "candidate" ? each.key : null
  }
}

resource "google_compute_security_policy" "front" {
  count = var.domain == "" ? 0 : 1

  name        = "clinic-voice-agent"
  description = "One address may not knock more often than a clinic's whole waiting room would."
  depends_on  = [time_sleep.project]

  adaptive_protection_config {
    layer_7_ddos_defense_config {
      enable = true
    }
  }

  rule {
    priority    = 1000
    action      = "deny(403)"
    description = "Known attacks on what is posted."
    match {
      expr {
        expression = "evaluatePreconfiguredWaf('protocolattack-v33-stable', {'sensitivity': 1})"
      }
    }
  }
  rule {
    priority    = 1001
    action      = "deny(403)"
    description = "The well-known holes of the day."
    match {
      expr {
        expression = "evaluatePreconfiguredExpr('cve-canary')"
      }
    }
  }
  rule {
    priority    = 2000
    action      = "throttle"
    description = "Twilio's webhooks come from few addresses: the limit is above what one clinic's number can ring."
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"
      rate_limit_threshold {
        count        = 600
        interval_sec = 60
      }
    }
  }
  rule {
    priority    = 2147483647
    action      = "allow"
    description = "Everybody else."
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}

resource "google_compute_backend_service" "front" {
  for_each = local.fronted

  name                  = "front-${replace(each.key, "_", "-")}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  security_policy       = google_compute_security_policy.front[0].id

  backend {
    group = google_compute_region_network_endpoint_group.front[each.key].id
  }

  log_config {
    enable      = true
    sample_rate = 0.1
  }
}

resource "google_compute_url_map" "front" {
  count = var.domain == "" ? 0 : 1

  name            = "clinic-voice-agent"
  default_service = google_compute_backend_service.front["realtime_service"].id

  host_rule {
    hosts        = [var.domain]
    path_matcher = "webhooks"
  }

  path_matcher {
    name            = "webhooks"
    default_service = google_compute_backend_service.front["realtime_service"].id

    dynamic "route_rules" {
      for_each = { for index, name in keys(local.webhooks) : index => name }
      content {
        priority = 100 + route_rules.key
        service  = google_compute_backend_service.front[route_rules.value].id
        match_rules {
          full_path_match = "/${local.hosted_names[route_rules.value]}"
        }
      }
    }

    # Cloud Run's own addresses, a candidate's among them, answer nobody: infra/release asks for it like this.
    route_rules {
      priority = 1000
      service  = google_compute_backend_service.front["candidate"].id
      match_rules {
        prefix_match = "/"
        header_matches {
          header_name = "X-Revision"
          exact_match = "candidate"
        }
      }
    }
  }
}

resource "google_certificate_manager_certificate" "front" {
  count = var.domain == "" ? 0 : 1

  name = "clinic-voice-agent"
  managed {
    domains = [var.domain]
  }

  depends_on = [time_sleep.project]
}

resource "google_certificate_manager_certificate_map" "front" {
  count = var.domain == "" ? 0 : 1

  name       = "clinic-voice-agent"
  depends_on = [time_sleep.project]
}

resource "google_certificate_manager_certificate_map_entry" "front" {
  count = var.domain == "" ? 0 : 1

  name         = "clinic-voice-agent"
  map          = google_certificate_manager_certificate_map.front[0].name
  hostname     = var.domain
  certificates = [google_certificate_manager_certificate.front[0].id]
}

resource "google_compute_ssl_policy" "front" {
  count = var.domain == "" ? 0 : 1

  name            = "clinic-voice-agent"
  profile         = "RESTRICTED"
  min_tls_version = "TLS_1_2"
  depends_on      = [time_sleep.project]
}

resource "google_compute_target_https_proxy" "front" {
  count = var.domain == "" ? 0 : 1

  name            = "clinic-voice-agent"
  url_map         = google_compute_url_map.front[0].id
  certificate_map = "//certificatemanager.googleapis.com/${google_certificate_manager_certificate_map.front[0].id}"
  ssl_policy      = google_compute_ssl_policy.front[0].id
}

resource "google_compute_global_forwarding_rule" "front" {
  count = var.domain == "" ? 0 : 1

  name                  = "clinic-voice-agent"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.front[0].id
  port_range            = "443"
  target                = google_compute_target_https_proxy.front[0].id
}
