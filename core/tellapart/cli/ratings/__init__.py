"""The commands for ratings; `tellapart train` and the others find them by what they are given."""
