"""What the mathematics of learning stands on: a minimum of many numbers, and the few directions that matter."""
