"""A recommender as one web page that answers in the visitor's browser."""
