"""Where templates, static files and translations lie: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(name: str) -> Path:
    """Return the folder of this name that came with the portal."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
