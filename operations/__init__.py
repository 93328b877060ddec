"""Runs that go all the way: load, build the marts, draw the dashboard, say what is in it."""
