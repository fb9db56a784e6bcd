"""The choices widget."""
