"""The upload widget."""
