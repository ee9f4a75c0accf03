"""The caller's side: one sans-I/O codec for each kind of caller, messages in, events out."""
