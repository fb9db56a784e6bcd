"""The steps widget."""
