"""The foreigners of the demo: requests on their way, and people who have a code."""

from datetime import UTC, datetime

import pytest

from afilia.foreigners.models import CodeRequest, ProvisionalEntry
from afilia.foreigners.queries import register
from afilia.ops import demo
from afilia.ops.demo import foreigners, loading

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_requests_are_on_their_way_and_people_with_a_code_are_found_by_all_their_numbers() -> None:
    loading.load(now=NOW)
    assert not CodeRequest.objects.exists()
    assert foreigners.load(now=NOW)
    assert not foreigners.load(now=NOW)  # there are some
    assert CodeRequest.objects.count() == len(foreigners.DATA["request"])
    assert ProvisionalEntry.objects.count() == 1
    for raw in foreigners.DATA["coded"]:
        (person,) = register.find(raw["number"])
        assert person.names == raw["names"]
        numbers = register.numbers(person)
        assert len(numbers) == (2 if "nine" in raw else 1)
        assert all(register.find(number) == [person] for number in numbers)
        assert ("nine" in raw) == (len(register.joins_of(person)) == 1)
        assert "nine" not in raw or demo.cedula(raw["nine"]) in numbers
