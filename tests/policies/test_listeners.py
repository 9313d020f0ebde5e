"""Systems that listen are told of a new version in the moment in which it is published."""

from __future__ import annotations

import json

import pytest

from portal.hooks.models import HookEndpoint, HookMessage
from portal.kernel.problems import NotNow
from portal.policies import service
from tests.conftest import Portal
from tests.policies.conftest import BY, day_in, scheduled


def test_who_listens_is_told_of_a_new_version_once(portal: Portal) -> None:
    made = HookEndpoint.create(name="CMS", url="https://cms.example.com/", secret="whsec_", kinds="policy.published")
    deaf = HookEndpoint.create(name="CRM", url="https://crm.example.com/", secret="whsec_", kinds="choice.changed")
    version = scheduled("marketing")
    [told] = HookMessage.select().where(HookMessage.endpoint == made)
    assert HookMessage.select().where(HookMessage.endpoint == deaf).count() == 0
    assert (told.kind, told.subject, told.event) == ("policy.published", None, 0)
    facts = json.loads(told.facts)
    assert facts == {
        "document": "privacy",
        "version": version.version,
        "begins": day_in(30).isoformat(),
        "changes": ["marketing"],
        "url": f"http://localhost:8000/privacy-policy/versions/{version.version}",
    }
    assert portal.app.test_client().get(facts["url"].removeprefix("http://localhost:8000")).status_code == 200
    with pytest.raises(NotNow):
        service.schedule(version.id, day_in(31), (), BY)
    assert HookMessage.select().where(HookMessage.endpoint == made).count() == 1
