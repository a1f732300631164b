"""Holdfast beside other memories for agents: the same texts, the same vectors, one run. See `__main__`."""
