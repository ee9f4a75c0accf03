"""What stands in the cloud, and how it gets there."""
