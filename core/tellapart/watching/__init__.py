"""Watching a model that is in use: what it answers over time, and what it says beside what people say."""
