"""Every right is a case: a reference, a state, a legal clock and a timeline."""
