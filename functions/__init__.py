"""The Cloud Functions: one single-purpose function a file."""
