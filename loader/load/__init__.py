"""Puts a source and a destination together, one writer at a time."""
