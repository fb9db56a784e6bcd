"""The report of a training: one HTML file with all that is known of it."""
