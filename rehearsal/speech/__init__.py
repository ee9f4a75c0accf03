"""The rehearsed voice, ear and sense of turns."""
