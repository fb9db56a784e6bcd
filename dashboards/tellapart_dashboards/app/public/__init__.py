"""The studio for others: a password in front, a project and limits for each visitor."""
