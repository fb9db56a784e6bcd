"""The pages of a project of pictures with masks."""
