"""What the text of a program says, without running it."""
