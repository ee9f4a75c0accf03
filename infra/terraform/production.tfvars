# Where callers are: what they wait for is warm, and nothing is deleted by accident.
environment            = "production"
min_service_instances  = 1
max_service_instances  = 10
min_function_instances = 10
backup_days            = 30
lock_backups           = true
monthly_budget         = 500
