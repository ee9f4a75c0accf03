"""The world outside the clinic, played on one machine: Gemini Live, Twilio, a caller."""
