"""Archives of strangers: zip and tar, read entry by entry with limits."""
