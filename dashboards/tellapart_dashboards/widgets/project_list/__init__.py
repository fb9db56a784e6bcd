"""The widget with the list of projects."""
