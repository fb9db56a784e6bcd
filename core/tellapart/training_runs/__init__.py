"""The trainings of a project: listed, named, deleted, compared, reported."""
