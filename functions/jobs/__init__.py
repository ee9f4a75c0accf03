"""What is done every so many minutes."""
