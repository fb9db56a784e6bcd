"""SQLite: connections, the schema and its upgrades, what its errors mean, and caches of rows."""
