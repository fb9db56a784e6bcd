"""A network of outlines as one web page that answers in the visitor's browser."""
