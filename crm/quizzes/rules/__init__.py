"""The arithmetic of a quiz: its shape, the way through it, the score, what the result says."""
