"""Pictures that visitors of an app may try."""
