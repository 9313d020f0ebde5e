"""People who come from an app: handed over by its back end, and back where they were (RULES W1)."""
