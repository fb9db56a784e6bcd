"""A person's projects side by side in one folder: made, listed, renamed, duplicated, moved to the trash and back."""
