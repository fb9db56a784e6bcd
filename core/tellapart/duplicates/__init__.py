"""Duplicates: which pictures are copies of one another, told by how they look."""
