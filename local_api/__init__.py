"""A local Spotify Web API, over a made-up music world or a folder of real API objects."""
