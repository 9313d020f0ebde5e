"""The forms of the staff's side."""
