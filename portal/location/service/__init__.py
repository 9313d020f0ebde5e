"""What the location page does: levels of permission, and the places that systems keep."""

from portal.location.service.levels import MIXED, OFF, PURPOSE, choices, differs, level, purpose, save

__all__ = ["MIXED", "OFF", "PURPOSE", "choices", "differs", "level", "purpose", "save"]
