"""A rehearsed Gemini Live: the real service's wire protocol, spoken on loopback."""
