"""What is given to others: partners, advertising, comparison, cookies, and the signal of a browser that says no."""
