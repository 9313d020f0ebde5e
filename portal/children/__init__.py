"""A child's account, reported by a parent: held, checked, decided by two, and what the child and the adult are told."""
