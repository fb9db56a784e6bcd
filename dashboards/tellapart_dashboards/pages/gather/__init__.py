"""The Gather page."""
