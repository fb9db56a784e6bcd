"""The Projects page: all projects of a person, and what can be done with them as a whole."""
