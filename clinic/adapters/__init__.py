"""What stands behind the ports: one folder per world, the same file names in each."""
