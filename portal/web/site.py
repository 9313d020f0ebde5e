"""Whose portal this is, and which addresses are its own."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request

from portal.config import Site


def site() -> Site:
    """Return the site of the running application."""
    facts: Site = current_app.extensions["portal"].site
    return facts


def origin(url: str) -> str:
    """Return scheme and host of an address, as a browser writes them in Origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def local(target: str | None, default: str = "/") -> str:
    """Return a path of this site, or the default: whatever could lead to another host is refused (RULES W1)."""
    safe = target and target[0] == "/" and target[1:2] not in {"/", "\\"} and target.isprintable() and " " not in target
    return target if target and safe else default


def came_from() -> str:
    """Return the path of ours that led here, else "/"; no address has to carry it, so none can leak it."""
    referrer = request.referrer or ""
    if origin(referrer) != origin(site().base_url):
        return "/"
    parts = urlsplit(referrer)
    return local(parts.path + (f"?{parts.query}" if parts.query else ""))
