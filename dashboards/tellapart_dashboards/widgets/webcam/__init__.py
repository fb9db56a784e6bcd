"""The webcam widget."""
