"""The Clean page."""
