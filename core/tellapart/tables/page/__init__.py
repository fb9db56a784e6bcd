"""A classifier of rows as one web page: a form that answers in the visitor's browser."""
