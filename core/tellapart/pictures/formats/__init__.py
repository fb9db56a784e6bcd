"""Formats: what has to be read in a file itself, before or beside Pillow."""
