"""Widgets: one folder each, with its Python, JavaScript and CSS."""
