"""What a load tells while it runs and at its end: to a person, to a machine, to a webhook."""
