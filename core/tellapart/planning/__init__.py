"""Planning: what every stage agrees on: the settings, which pictures belong together, which teach and which check."""
