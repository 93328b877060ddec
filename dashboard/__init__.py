"""The local dashboard: one self-contained page over the marts, made where the warehouse can be read."""
