"""Frozen data: what clew knows and says, standard library only."""
