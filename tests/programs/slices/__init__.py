"""Programs and the smallest right slices of their variables, a table for each theme."""
