"""How somebody enters their account, which records are theirs, and what happened with it."""
