"""Store: the project folder, its database and everything that is kept in it. All SQL of a project is here."""
