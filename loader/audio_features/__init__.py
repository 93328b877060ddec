"""Audio features of tracks: where they come from, in order of trust."""
