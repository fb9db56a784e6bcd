"""What may be wrong with a table: labels, copies, outlying rows, columns that give the answer away."""
