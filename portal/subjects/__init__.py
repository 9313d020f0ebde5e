"""Who a person is in each connected system."""
