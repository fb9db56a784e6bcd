"""Outlines on the command line."""
