"""The pages of a project of ratings."""
