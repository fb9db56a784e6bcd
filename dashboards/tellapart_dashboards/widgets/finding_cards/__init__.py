"""The widget with cards of findings."""
