"""Deploy: what goes out with a project or a classifier."""
