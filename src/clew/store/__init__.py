"""What clew remembers: a journal for each session while it runs, and one SQLite database of them all."""
