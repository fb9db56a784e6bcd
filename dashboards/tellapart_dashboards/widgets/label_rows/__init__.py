"""The label rows widget."""
