"""The gallery widget."""
