"""What the tests of the list of workers and of the labour history share."""

import re

from django.test import Client
from django.urls import reverse

from afilia.novedades.models import Channel, Filing, Novedad
from afilia.workers.models import Employment, Person
from tests.builders import NOW


def worker_url(person: Person) -> str:
    return reverse("novedades:worker", args=[person.pk])


def register(employment: Employment, kind: str, **changes: object) -> Novedad:
    """A novedad in a filing of its own, filed on 21 November 2026 unless `filed_at` is given."""
    filing = Filing.objects.create(
        employer=employment.employer,
        channel=Channel.BATCH,
        by_number="1716500010",
        filed_at=changes.pop("filed_at", NOW),
    )
    fields = {"period": 202611, "subject": "202611", "due_on": None, "amount": None}
    return Novedad.objects.create(filing=filing, line=1, employment=employment, kind=kind, **fields | changes)


def text(client: Client, url: str) -> str:
    """What a page says, tags and repeated blanks taken out."""
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())
