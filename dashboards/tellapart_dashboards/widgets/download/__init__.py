"""The download widget."""
