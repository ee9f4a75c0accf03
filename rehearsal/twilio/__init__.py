"""Plays Twilio's side of a phone call: signed webhooks, TwiML, and the media stream."""
