"""Run the example programs of well-known packages under capture, and replay what clew says of their variables."""
