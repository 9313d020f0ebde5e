"""The company's own people: how they are added and sign in, apart from everybody else, and what they looked at."""
