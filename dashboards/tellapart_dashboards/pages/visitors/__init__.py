"""The page that visitors of a shared classifier get."""
