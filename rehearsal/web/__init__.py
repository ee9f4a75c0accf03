"""A visitor of the clinic's web page: a real Chromium, with a microphone that plays what is to be said."""
