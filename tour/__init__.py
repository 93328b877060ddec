"""The guided tour of a made-up world: what `make demo` plays and tells, and the load of a single day of it."""
