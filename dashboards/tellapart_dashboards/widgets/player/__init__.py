"""The widget that plays steps."""
