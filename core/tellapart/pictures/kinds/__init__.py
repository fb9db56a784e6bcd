"""Kinds of files: which are known but not read, and why one could not be opened."""
