"""Whole files: rows that come in from one, and one that comes back with an answer for each of its rows."""
