"""Who is signed in, and who that is in each connected system."""

from portal.subjects.service.linking import let_go, let_go_of, refresh, resolve, vouch, waiting
from portal.subjects.service.persons import account_of, adopt, after, country, ensure, forget, of_account, verified
from portal.subjects.service.reaching import (
    links,
    many,
    people,
    person,
    proofs,
    rows,
    unclaimed,
    unclaimed_titles,
    waiting_rows,
)
from portal.subjects.service.session import SignedIn, signed_in

__all__ = [
    "SignedIn",
    "account_of",
    "adopt",
    "after",
    "country",
    "ensure",
    "forget",
    "let_go",
    "let_go_of",
    "links",
    "many",
    "of_account",
    "people",
    "person",
    "proofs",
    "refresh",
    "resolve",
    "rows",
    "signed_in",
    "unclaimed",
    "unclaimed_titles",
    "verified",
    "vouch",
    "waiting",
    "waiting_rows",
]
