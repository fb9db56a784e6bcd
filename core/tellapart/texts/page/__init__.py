"""A classifier of texts as one web page that answers in the visitor's browser."""
