"""The demo world, its people and its Whitelabel App."""
