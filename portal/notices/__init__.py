"""What people are told, on every channel."""
