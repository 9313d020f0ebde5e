"""What else personal data is used for: what can be objected to, and what goes on because it has to."""
