"""The page that shows where everything stands."""
