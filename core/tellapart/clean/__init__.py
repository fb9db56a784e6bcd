"""Clean: what is wrong with the pictures."""

from tellapart.clean.duplicates import group_near_duplicates

__all__ = ["group_near_duplicates"]
