"""Cells that must behave the same in an IPython shell that clew watches and in one that it does not."""
