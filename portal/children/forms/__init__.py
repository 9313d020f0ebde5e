"""What is asked on the pages about a child's account."""
