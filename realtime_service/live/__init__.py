"""The model's side: one session with Gemini Live per call, audio and function calls both ways."""
