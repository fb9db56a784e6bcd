"""Lessons: four pages about how learning works, each a state and a view, beside the studio."""
