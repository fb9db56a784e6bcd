"""What may be wrong with texts: labels, copies, odd ones."""
