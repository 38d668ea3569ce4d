"""What clew costs: whole processes, with and without it, in pairs."""
