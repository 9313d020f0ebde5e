"""The staff's side: their door, their own account and each other; the desks where they work."""
