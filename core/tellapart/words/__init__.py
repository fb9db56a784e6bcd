"""Words that messages have in common: what was probably meant, what is to be typed, strangers' text in Markdown."""
