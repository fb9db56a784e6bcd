"""Opening picture files: what they are, what they hold, and how their numbers become pixels. images.py is the door."""
