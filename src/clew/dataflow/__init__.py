"""From events to the graph, and from the graph to slices: pure functions."""
