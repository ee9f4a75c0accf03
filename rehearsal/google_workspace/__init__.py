"""A Google Workspace on loopback: Calendar, Gmail and Sheets as their discovery documents describe them."""
