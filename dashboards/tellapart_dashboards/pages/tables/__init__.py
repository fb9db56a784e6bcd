"""The pages of a project of a table's rows."""
