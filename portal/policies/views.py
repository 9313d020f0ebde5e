"""The policies, for everybody to read."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.kernel.problems import N_
from portal.policies import service
from portal.policies.models import PolicyText
from portal.web import navigation
from portal.web.guards import open_to_all
from portal.web.htmx import show
from portal.web.words import _, here

PAGES = {"privacy": (N_("Privacy policy"), "/privacy-policy"), "terms": (N_("Terms of Service"), "/terms")}

room = Blueprint("policies", __name__)
navigation.footer(room, "privacy", N_("Privacy policy"), order=10)
navigation.footer(room, "terms", N_("Terms"), order=20)
navigation.left_out(room, "privacy_version", "terms_version")


@room.get("/privacy-policy")
@open_to_all
def privacy() -> Response:
    """Show the privacy policy in force."""
    return _page(service.in_force("privacy", here().language))


@room.get("/privacy-policy/versions/<string:number>")
@open_to_all
def privacy_version(number: str) -> Response:
    """Show one version of the privacy policy."""
    return _page(service.version("privacy", here().language, number))


@room.get("/terms")
@open_to_all
def terms() -> Response:
    """Show the terms in force."""
    return _page(service.in_force("terms", here().language))


@room.get("/terms/versions/<string:number>")
@open_to_all
def terms_version(number: str) -> Response:
    """Show one version of the terms."""
    return _page(service.version("terms", here().language, number))


def _page(text: PolicyText) -> Response:
    title, address = PAGES[text.document]
    versions = service.versions(text.document, text.language)
    in_force = next((other.version for other in versions if other.effective_from <= service.today()), None)
    return show(
        "policies/page.html",
        title=_(title),
        address=address,
        text=text,
        sections=service.sections(text.text),
        versions=versions,
        in_force=in_force,
    )
