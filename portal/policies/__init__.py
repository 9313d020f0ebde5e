"""Policies in versions; people are told which one a choice was made under."""
