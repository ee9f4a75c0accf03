"""Reads a caller's words, one idea a module; every reader is a pure function."""
