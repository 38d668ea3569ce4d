"""clew in an IPython shell: the wiring to its cells, the `%clew` magic, and a runner of notebooks."""
