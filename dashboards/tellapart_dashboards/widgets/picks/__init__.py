"""The widget for choosing several pictures."""
