"""The tests of clew."""
