"""The programs that are measured: each runs two to four seconds in plain Python."""
