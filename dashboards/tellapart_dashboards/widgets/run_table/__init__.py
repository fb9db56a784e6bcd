"""The run table widget."""
