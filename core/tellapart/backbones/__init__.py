"""Backbones: the networks that turn pictures into embeddings, where they come from, and running them."""
