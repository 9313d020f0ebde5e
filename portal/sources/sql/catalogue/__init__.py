"""What each engine's catalogue says of tables, columns, keys, indexes, foreign keys and CHECKs, as one live schema."""
