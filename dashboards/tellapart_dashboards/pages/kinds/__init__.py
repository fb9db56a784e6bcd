"""Pages of projects of other kinds than pictures, and what they share. Each kind has a folder beside this one."""
