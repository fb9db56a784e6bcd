"""Clean: what is wrong with the pictures."""

from tellapart.clean.duplicates import NearPairs, group_near_duplicates, near_duplicate_pairs

__all__ = ["NearPairs", "group_near_duplicates", "near_duplicate_pairs"]
