"""Tables of programs: what the tests of transparency and of slices run."""
