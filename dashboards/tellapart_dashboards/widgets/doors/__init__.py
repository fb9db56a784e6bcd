"""The doors widget."""
