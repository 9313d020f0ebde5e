"""Mail that comes in: answers to requests, and what could not be delivered. All else is dropped unread."""
