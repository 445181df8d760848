"""Time: stepping, edges and what can go wrong on the way."""
