"""The Cloud Run WebSocket service: one live audio session per caller."""
