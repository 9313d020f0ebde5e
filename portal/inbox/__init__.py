"""Everything that was sent to somebody, so that a forged message is known by not being there."""
