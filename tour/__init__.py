"""The guided tour: what `make demo` plays and tells."""
