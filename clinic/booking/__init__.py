"""The clinic's rules, pure: what may be booked, and what changes when it is."""
