"""Lessons: the arithmetic behind four pages about how learning works. Arrays in, arrays out; nothing is downloaded."""
