"""`%load_ext clew` and `%unload_ext clew`."""
