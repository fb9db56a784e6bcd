"""A whole table on the Classify page of things: dropped there, answered row by row, saved again."""
