"""Random databases with links, circles and sharing, and a naive model of what must become of their rows."""
