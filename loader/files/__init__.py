"""Data that comes in files: a listener's account export and public datasets of tracks."""
