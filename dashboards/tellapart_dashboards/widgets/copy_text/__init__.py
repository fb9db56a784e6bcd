"""The widget that copies a text."""
