"""Programs that must behave under clew as they do without it, a table for each theme."""
