"""Learning from sparse rows: many columns of which each row has few, such as the words of texts."""
