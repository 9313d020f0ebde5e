"""What the door for programs does: it knows keys, finds whom they speak of, and asks the rooms below."""
