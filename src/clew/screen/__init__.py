"""What people see: slices, sessions and chains of reasons, as plain text, in colour, and as HTML that works offline."""
