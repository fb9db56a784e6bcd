"""The large view of a picture, and decisions from it: one part of all widgets that show a project's pictures."""
