"""The sliders widget."""
