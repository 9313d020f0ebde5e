"""What a request can be about: what identity each kind needs, who answers it, and whether a stranger may ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from portal.kernel.problems import N_, NotFound


class Proof(IntEnum):
    """How well somebody is known in one case, from the least to the most (RULES R2)."""

    NONE = 0
    FACTS = 1  # two facts that the systems hold: enough to stop something, never to see or delete it
    ADDRESS = 2  # an address on file answered, a session was confirmed, or somebody was met in person


@dataclass(frozen=True)
class Kind:
    """One kind of request. `carried`: a room claims it once it is approved; else staff answer it with their decision.

    `public` kinds have a form for whoever has no account; `two` need two of the staff whoever asked. `looked_at_twice`:
    staff hand something out by their decision, so one prepares it and another releases it before. `other` kinds are
    about somebody else than whoever asks, so a proof shows who asks and never whose data it is; `place` is the path
    under which such a case is followed.
    """

    id: str
    title: str
    about: str
    needs: Proof
    carried: bool = False
    public: bool = True
    two: bool = False
    looked_at_twice: bool = False
    other: bool = False
    place: str = "requests"


_KINDS = (
    Kind(
        "download",
        N_("A copy of your data"),
        N_("Everything that is held about you, to read and to reuse."),
        Proof.ADDRESS,
        carried=True,
    ),
    Kind(
        "copy_by_other_means",
        N_("A copy in another way"),
        N_("On paper or read out, where a download does not suit you."),
        Proof.ADDRESS,
        looked_at_twice=True,
    ),
    Kind(
        "correction",
        N_("A correction"),
        N_("Something that is held about you is wrong or incomplete."),
        Proof.FACTS,
        carried=True,
    ),
    Kind(
        "deletion",
        N_("Deletion of your account"),
        N_("Everything goes but what the law makes us keep."),
        Proof.ADDRESS,
        carried=True,
    ),
    Kind(
        "partial_deletion",
        N_("Deletion of a part"),
        N_("One system or one kind of data."),
        Proof.ADDRESS,
        carried=True,
        public=False,
    ),
    Kind(
        "objection",
        N_("An objection"),
        N_("Your data is used for something that you do not want."),
        Proof.FACTS,
        carried=True,
    ),
    Kind(
        "restriction",
        N_("A restriction"),
        N_("Your data stays where it is, and nobody uses it."),
        Proof.FACTS,
        carried=True,
    ),
    Kind(
        "withdrawal",
        N_("Taking a consent back"),
        N_("What you once agreed to stops."),
        Proof.FACTS,
        carried=True,
    ),
    Kind("complaint", N_("A complaint"), N_("Something was done wrong with your data."), Proof.NONE),
    Kind("inquiry", N_("A question"), N_("Anything that you want to know about your data."), Proof.NONE),
    Kind(
        "representative",
        N_("Acting for somebody"),
        N_("Somebody has asked you to use their rights for them. They confirm it to us themselves."),
        Proof.ADDRESS,
        two=True,
    ),
    Kind(
        "child",
        N_("A child's account"),
        N_("A parent tells us that an account is a child's."),
        Proof.ADDRESS,
        carried=True,
        public=False,
        two=True,
        other=True,
        place="children/cases",
    ),
    Kind(
        "deceased",
        N_("Somebody who died"),
        N_("The account of a person who has died."),
        Proof.ADDRESS,
        two=True,
    ),
)
KINDS = {kind.id: kind for kind in _KINDS}


def kind(name: str) -> Kind:
    """Return a kind of request; NotFound for a word that is none."""
    found = KINDS.get(name)
    if found is None:
        raise NotFound
    return found
