"""Erasure across all systems: preview, grace, execution, proof and certificate."""
