"""The grid widget."""
