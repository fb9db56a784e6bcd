"""Layout: which files of a place are pictures and where their labels stand: folders, names, tables."""
