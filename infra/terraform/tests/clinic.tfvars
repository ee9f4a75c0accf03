# A clinic that does not exist, to look over the configuration with.
project_id           = "clinic-staging"
alert_email          = "staff@example.com"
image                = "asia-south1-docker.pkg.dev/clinic-staging/clinic-voice-agent/realtime-service@sha256:0000000000000000000000000000000000000000000000000000000000000000"
twilio_account_sid   = "AC00000000000000000000000000000000"
twilio_phone_number  = "+15005550006"
workspace_account    = "desk@example.com"
register_spreadsheet = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
