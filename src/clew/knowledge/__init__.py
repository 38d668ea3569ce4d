"""What clew knows about libraries: packs of facts about callables, kept as data."""
