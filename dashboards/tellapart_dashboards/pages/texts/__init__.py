"""The pages of a project of texts."""
