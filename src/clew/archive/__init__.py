"""Artifacts: saving a value with its provenance, finding it again, comparing two."""
