# What differs between one clinic and the next.

variable "project_id" {
  description = "The Google Cloud project. One environment is one project."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id: 6 to 30 lower-case letters, digits and hyphens, beginning with a letter; it is the id, not the name or the number."
  }
}

variable "environment" {
  description = "staging or production."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment: must be staging or production."
  }
}

variable "region" {
  description = "Where everything runs: near the callers, and near Twilio's media region."
  type        = string
  default     = "asia-south1"

  # Every region here has Cloud Run, Cloud Run functions, Firestore, Cloud Scheduler and Artifact Registry.
  validation {
    condition = contains([
      "asia-northeast1", "asia-south1", "asia-southeast1", "australia-southeast1", "europe-west1", "europe-west2",
      "europe-west3", "southamerica-east1", "us-central1", "us-east1", "us-east4", "us-west1",
    ], var.region)
    error_message = "region: not one that has Cloud Run, functions, Firestore, Scheduler and Artifact Registry all together; see the list in variables.tf."
  }
}

variable "image" {
  description = "The realtime service's image by digest, REGION-docker.pkg.dev/…@sha256:…; later ones are released by infra/release."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]+-docker\\.pkg\\.dev/[a-z0-9-]+/[a-z0-9/_.-]+@sha256:[0-9a-f]{64}$", var.image))
    error_message = "image: must be REGION-docker.pkg.dev/PROJECT/REPOSITORY/NAME@sha256:…; a tag can come to mean something else."
  }
}

variable "functions_zip" {
  description = "The functions' source, as `make bundle` writes it."
  type        = string
  default     = "../../dist/functions.zip"

  validation {
    condition     = fileexists(var.functions_zip)
    error_message = "functions_zip: there is no such file; `make bundle` writes it."
  }
}

variable "functions_table" {
  description = "The table of functions; another one only to try what a row would do."
  type        = string
  default     = "../../clinic/contracts/functions.json"

  validation {
    condition     = can(jsondecode(file(var.functions_table)))
    error_message = "functions_table: there is no such file, or it is not JSON."
  }
}

variable "settings" {
  description = "Settings of the README's table by name, beyond those that follow from this configuration."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.settings) : can(regex("^[A-Z][A-Z0-9_]+$", name))])
    error_message = "settings: names are written in capitals, as in the README's table."
  }
  validation {
    condition     = length(setintersection(keys(var.settings), local.secret_settings)) == 0
    error_message = "settings: a secret does not belong into a variable; add it as a version of its Secret Manager secret (see more_secrets)."
  }
  validation {
    condition     = length(setintersection(keys(var.settings), keys(local.following))) == 0
    error_message = "settings: ${join(", ", setintersection(keys(var.settings), keys(local.following)))} follows from the other variables."
  }
  validation {
    condition = alltrue([
      for name in ["CLINIC_FILE", "LETTERS_FOLDER"] : !contains(keys(var.settings), name) || (
        startswith(lookup(var.settings, name, ""), "clinic/") &&
        length(fileset("${path.module}/../..", name == "CLINIC_FILE" ? lookup(var.settings, name, "") : "${lookup(var.settings, name, "")}/*")) > 0
      )
    ])
    error_message = "settings: CLINIC_FILE and LETTERS_FOLDER must be there, below clinic/ and written from the top of the tree: the image and the bundle hold that folder."
  }
}

variable "more_secrets" {
  description = "Secret settings that are wanted beside GEMINI_API_KEY and TWILIO_AUTH_TOKEN; each is given its value by hand, too."
  type        = set(string)
  default     = []

  validation {
    condition     = length(setsubtract(var.more_secrets, local.optional_secrets)) == 0
    error_message = "more_secrets: each must be one of ${join(", ", local.optional_secrets)}."
  }
  validation {
    condition     = contains(var.more_secrets, "TWILIO_API_SECRET") == contains(keys(var.settings), "TWILIO_API_KEY")
    error_message = "more_secrets: TWILIO_API_SECRET goes with TWILIO_API_KEY in settings, and only with it."
  }
}

variable "origins" {
  description = "Web origins that may start a web call, https://…"
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.origins : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "origins: each is https:// and a host, without a path or a slash at the end."
  }
}

variable "twilio_account_sid" {
  description = "Twilio's account, AC…"
  type        = string

  validation {
    condition     = can(regex("^AC[0-9a-f]{32}$", var.twilio_account_sid))
    error_message = "twilio_account_sid: must be AC and 32 hexadecimal digits."
  }
}

variable "twilio_phone_number" {
  description = "The clinic's Twilio number, E.164."
  type        = string

  validation {
    condition     = can(regex("^\\+[1-9][0-9]{6,14}$", var.twilio_phone_number))
    error_message = "twilio_phone_number: must be written as +14155552671."
  }
}

variable "workspace_account" {
  description = "The Google Workspace account that mails are sent from and whose calendars and sheets are kept."
  type        = string

  validation {
    condition     = can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.workspace_account))
    error_message = "workspace_account: must be an e-mail address of the clinic's Google Workspace."
  }
}

variable "register_spreadsheet" {
  description = "The id of the staff's spreadsheet, out of its address."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{20,}$", var.register_spreadsheet))
    error_message = "register_spreadsheet: must be the id alone: what stands between /d/ and /edit in the sheet's address."
  }
}

variable "min_service_instances" {
  description = "Instances of the realtime service that are always warm."
  type        = number
  default     = 1

  validation {
    condition     = var.min_service_instances >= 0 && var.min_service_instances <= 100
    error_message = "min_service_instances: 0 to 100."
  }
}

variable "max_service_instances" {
  description = "Instances of the realtime service at most."
  type        = number
  default     = 10

  validation {
    condition     = var.max_service_instances >= 1 && var.max_service_instances <= 1000
    error_message = "max_service_instances: 1 to 1,000."
  }
}

variable "calls_per_instance" {
  description = "Calls that one instance of the realtime service takes; docs/operations.md has the measurement."
  type        = number
  default     = 50

  validation {
    condition     = var.calls_per_instance >= 1 && var.calls_per_instance <= 1000
    error_message = "calls_per_instance: 1 to 1,000, Cloud Run's own limit."
  }
}

variable "min_function_instances" {
  description = "Caps the warm instances that the table's rows ask for; 0 lets everything sleep."
  type        = number
  default     = 10

  validation {
    condition     = var.min_function_instances >= 0
    error_message = "min_function_instances: 0 or more."
  }
}

variable "backup_days" {
  description = "For how many days a backup of the staff's sheets can't be changed or deleted by anybody."
  type        = number
  default     = 30

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 3650
    error_message = "backup_days: 1 to 3,650."
  }
}

variable "lock_backups" {
  description = "Locks that retention for good: it can be made longer afterwards, never shorter, and not undone."
  type        = bool
  default     = false
}

variable "alert_email" {
  description = "Who is written to when something is wrong."
  type        = string

  validation {
    condition     = can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.alert_email))
    error_message = "alert_email: must be an e-mail address."
  }
}

variable "billing_account" {
  description = "The billing account, XXXXXX-XXXXXX-XXXXXX, for the budget. Empty: no budget."
  type        = string
  default     = ""

  validation {
    condition     = var.billing_account == "" || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "billing_account: must be three groups of six hexadecimal digits joined by hyphens, or empty."
  }
}

variable "monthly_budget" {
  description = "The month's budget, in the billing account's currency and whole units."
  type        = number
  default     = 500

  validation {
    condition     = var.monthly_budget > 0 && floor(var.monthly_budget) == var.monthly_budget
    error_message = "monthly_budget: a whole number above 0."
  }
}

variable "domain" {
  description = "A host name that leads here, such as voice.example.com: adds a load balancer, a certificate and Cloud Armor. Empty: Google's own addresses."
  type        = string
  default     = ""

  validation {
    condition     = var.domain == "" || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain: must be a host name without scheme and path, or empty."
  }
}

variable "kms_key" {
  description = "A Cloud KMS key in the same region that encrypts everything at rest. Empty: Google's keys."
  type        = string
  default     = ""

  validation {
    condition     = var.kms_key == "" || can(regex("^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$", var.kms_key))
    error_message = "kms_key: must be projects/…/locations/…/keyRings/…/cryptoKeys/…, or empty."
  }
  validation {
    condition     = var.kms_key == "" || can(regex("/locations/${var.region}/", var.kms_key))
    error_message = "kms_key: the key must be in the region that everything runs in."
  }
}

variable "export_location" {
  description = "Where a copy of the book is kept outside of the region: a location of Cloud Storage, such as asia-southeast1. Empty: nowhere."
  type        = string
  default     = ""

  validation {
    condition     = lower(var.export_location) != var.region
    error_message = "export_location: must be another one than the region, or the copy is lost with it."
  }
  validation {
    condition     = var.export_location == "" || var.kms_key == ""
    error_message = "export_location: a key of the region can't encrypt what is kept elsewhere; with kms_key there is no copy."
  }
}

variable "delete_protection" {
  description = "Refuses to destroy the database, the service and the buckets that hold something."
  type        = bool
  default     = true
}
