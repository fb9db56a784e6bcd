"""What the columns of a table have to say: each alone, the sensitive ones together, and time."""
