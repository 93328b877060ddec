"""Spotify: the careful client, the dlt source and the contract of the raw tables."""
