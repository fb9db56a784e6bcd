"""The commands for texts; `tellapart train` and the others find them by what they are given."""
