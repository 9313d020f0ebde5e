"""Every choice as an event: the ledger, its projection and their way into the systems."""
