"""Webhooks: systems that listen are told what changed, signed, in order, until they have heard it."""
