# Where a release is tried: everything may sleep, and be thrown away.
environment            = "staging"
min_service_instances  = 0
max_service_instances  = 2
min_function_instances = 0
backup_days            = 1
monthly_budget         = 50
delete_protection      = false
