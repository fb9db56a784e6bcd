"""The answers widget."""
