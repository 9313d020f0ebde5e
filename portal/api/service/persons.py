"""Persons as programs name them: by an address or a number, or by their id in a connected system."""

from __future__ import annotations

from typing import Any

from portal.api.schema import BadBody, Schema, checked, listed, obj, text
from portal.kernel.problems import N_, Problem
from portal.subjects import naming
from portal.subjects.naming import Name, NotAnAddress, NotAPhone

_ID: Schema = {
    "description": "The person's id there, as the manifest's key has it; a list where the key has several columns",
    "type": ["string", "integer", "array"],
    "items": {"type": ["string", "integer"]},
    "minItems": 1,
    "maxItems": 8,
    "minLength": 1,
    "maxLength": 255,
}
PERSON: Schema = {
    "description": "Who it is about, in one of three ways; none of them is ever part of an address",
    "oneOf": [
        obj({"source": text("A connected system", most=64), "id": _ID}),
        obj({"email": text(most=254, least=3)}),
        obj({"phone": text("With its calling code, as +84912345678", most=32, least=6)}),
    ],
}
PERSONS = listed(PERSON, most=1_000)


class UnknownPerson(Problem):
    """Nobody here has proven to be this person, so there is nothing to tell and nothing to act on."""

    status, code = 404, "unknown-person"
    say = N_("Nobody is known here by this name.")
    then = N_("Whoever never proved who they are has no choices here; what has to be chosen is not allowed for them.")


class SeveralPersons(Problem):
    """Several people have proven to be this one, so it is not clear whose choice it would be."""

    status, code = 409, "several-persons"
    say = N_("Several people are known here by this name.")
    then = N_("Name the person by an address that is theirs alone.")


def named(person: dict[str, Any], at: str = "#/person") -> Name:
    """Return a name in the form in which it is compared; raises BadBody."""
    try:
        return plain(person)
    except (NotAnAddress, NotAPhone) as problem:
        raise BadBody([{"detail": problem.say, "pointer": at}]) from problem


def plain(person: dict[str, Any]) -> Name:
    """Return a name; raises NotAnAddress, NotAPhone."""
    if "email" in person:
        return naming.by_email(person["email"])
    if "phone" in person:
        return naming.by_phone(person["phone"])
    return naming.by_key(person["source"], person["id"])


def at_once(person: dict[str, Any]) -> tuple[str, str]:
    """Return kind and value of a name, for ten thousand of them; of what can be nobody's address both are "".

    AttributeError, BadBody, KeyError and TypeError say that it has not the right shape.
    """
    members = len(person)
    if members == 2:
        key = person["id"]
        if type(key) is int or (type(key) is str and 0 < len(key) <= 255):
            return naming.ROW + person["source"], naming.key_text(key)
    elif members == 1 and "email" in person:
        if value := naming.plain_email(person["email"]):
            return "email", value
    elif members == 1 and (value := naming.plain_phone(person["phone"])):
        return "phone", value
    try:
        return plain(checked(PERSON, person))
    except (NotAnAddress, NotAPhone):
        return "", ""


def subject(person: dict[str, Any]) -> int:
    """Return the data subject that a program names; raises UnknownPerson, SeveralPersons, BadBody."""
    found = {known.subject for known in naming.one(named(person))}
    if not found:
        raise UnknownPerson
    if len(found) > 1:
        raise SeveralPersons
    return found.pop()
