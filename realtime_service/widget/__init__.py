"""The clinic's web embed: its files, what it is told of the clinic, and the page that shows it."""
