"""SQLite, threads and an outbox folder: the clinic on one machine, with no account and no network."""
