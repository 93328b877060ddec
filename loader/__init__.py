"""EchoStream's loader: lands what Spotify said in the raw schema of a warehouse."""
