"""What Twilio and the web page ask over HTTP."""
