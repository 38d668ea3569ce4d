"""Run a slice again in a clean process, and say whether it made the same value."""
