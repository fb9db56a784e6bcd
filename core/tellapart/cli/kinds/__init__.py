"""Kinds of things besides pictures, on the command line."""
