"""Real servers for the tests that need them: started on free ports in folders of their own, stopped by their own id."""
