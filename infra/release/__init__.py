"""Puts a new revision of the realtime service before the callers, a part of them at a time."""
