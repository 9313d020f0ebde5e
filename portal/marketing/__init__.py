"""What the company may send, by topic and channel."""
