"""The commands for a model that others use: what they correct, what it answers, how far people agree with it."""
