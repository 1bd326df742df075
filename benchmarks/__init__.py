"""What is faster than what: one script each, its arms interleaved in one run."""
