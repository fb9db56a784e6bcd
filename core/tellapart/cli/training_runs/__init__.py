"""The commands about the trainings of a project."""
