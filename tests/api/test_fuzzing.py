"""What the OpenAPI file says is what the calls do, whatever is sent to them."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance  # no schema knows which purposes there are

from portal.api.views.openapi import calls
from tests.api.calling import Caller
from tests.conftest import Portal
from tests.people import member

EACH = 8  # examples a call; `make soak` tries more


@pytest.mark.timeout(120)
def test_every_call_answers_as_the_description_says_to_whatever_is_sent(portal: Portal) -> None:
    mai = member(portal, "everyday")
    caller = Caller(portal, rate=1_000_000)
    headers = {"Authorization": f"Bearer {caller.key}", "Host": "localhost:8000"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", portal.app, headers=headers)
    tried = set[str]()
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]
        tried.add(f"{operation.method.upper()} {operation.path}")
        _try(operation.as_strategy(), headers, mai.email)
        if operation.body or operation.query:
            _try(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), headers, "")
    said = {f"{call.method} /api/v1{call.path}" for call in calls(portal.app)}
    assert tried == said - {"GET /api/v1/openapi.json"}, "its own description is read, and not called"


def _try(cases: Any, headers: dict[str, str], email: str) -> None:
    asked = hypothesis.settings.get_current_profile_name() == "soak"

    @settings(
        max_examples=500 if asked else EACH,
        deadline=None,
        database=None,
        derandomize=not asked,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=cases, known=hypothesis.strategies.booleans())
    def answers(case: Any, known: bool) -> None:
        if email and known and isinstance(case.body, dict) and "person" in case.body:
            case.body["person"] = {"email": email}  # past the door, where more can go wrong
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    answers()
