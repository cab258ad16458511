from datetime import UTC, datetime, timedelta, timezone

import pytest

from afilia.audit import rules

ENTRY = {
    "previous": rules.BEGINNING,
    "at": datetime(2026, 11, 21, 8, 30, tzinfo=UTC),
    "event": "batch.registered",
    "actor": "holder:1",
    "subject": "batch:1",
    "facts": {"lines": 400, "mode": "all"},
}


@pytest.mark.parametrize(
    "change",
    [
        {"previous": bytes([1]) + bytes(31)},
        {"at": ENTRY["at"] + timedelta(microseconds=1)},
        {"event": "batch.refused"},
        {"actor": "holder:2"},
        {"subject": "batch:2"},
        {"facts": {"lines": 401, "mode": "all"}},
        {"facts": {}},
    ],
)
def test_every_part_of_an_entry_changes_its_digest(change: dict[str, object]) -> None:
    assert rules.digest(**{**ENTRY, **change}) != rules.digest(**ENTRY)


def test_same_moment_and_facts_have_the_same_digest_however_they_are_written() -> None:
    quito = ENTRY["at"].astimezone(timezone(timedelta(hours=-5)))
    facts = {"mode": "all", "lines": 400}
    assert rules.digest(**{**ENTRY, "at": quito, "facts": facts}) == rules.digest(**ENTRY)


@pytest.mark.parametrize("facts", [{"pay": 0.5}, {"pay": [1, {"sum": 1e22}]}])
def test_fractions_are_no_facts(facts: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="fraction"):
        rules.digest(**{**ENTRY, "facts": facts})
