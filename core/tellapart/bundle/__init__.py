"""Bundle: a trained classifier as a folder of data: its format, its network, its writer and its model card."""
