"""Files of a project: how they follow the rows, and how changes by hand are noticed."""
