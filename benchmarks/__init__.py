"""EchoStream's benchmarks: measurements as ratios against a baseline of the same run."""
