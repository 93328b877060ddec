"""Reports of a load: its progress and its summary, for people, machines and a webhook."""
