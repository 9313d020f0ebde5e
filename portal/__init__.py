"""A self-service privacy portal: people see and use their rights over their data.

The house has storeys; imports only go down, and rooms on one line are strangers:

    cli
    worker | demo
    app
    overview
    deletion
    download
    location | marketing
    policies
    cases
    consents
    subjects
    accounts
    sources | notices
    web
    kernel

A room has drawers: views, forms, tasks, service, models. SQL lives in models, "must" and "may not" in service,
`request` in views, another system's field names in its manifest, sentences in templates.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portal.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    """Import the factory only when it is asked for: the command line need not load Flask."""
    if name == "create_app":
        from portal.app import create_app

        return create_app
    raise AttributeError(name)
