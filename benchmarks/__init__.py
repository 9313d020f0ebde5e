"""One script a figure; each prints one JSON line."""
