"""Teach a computer to tell things apart. Import the stage you need; this module imports nothing."""

__version__ = "0.2.0"
