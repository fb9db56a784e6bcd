"""What other kinds of things than pictures share: rows of cells, decisions, files that prove themselves."""
