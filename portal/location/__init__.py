"""How precisely the systems may know where somebody is."""
