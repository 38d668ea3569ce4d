"""From a run to its events."""
