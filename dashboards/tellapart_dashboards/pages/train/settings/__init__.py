"""The settings of the next training on the Train page."""
