"""Web: the one HTTP client, which addresses it may ask, when it tries again, and files in pieces."""
