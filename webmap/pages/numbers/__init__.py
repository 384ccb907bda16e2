"""The public numbers: what can be said of all places together, and the open data."""
