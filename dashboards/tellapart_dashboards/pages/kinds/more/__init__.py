"""More things for a project that is there: a file is dropped, looked at, and taken in."""
