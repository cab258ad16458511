import re

import pytest
from django.test import Client
from django.urls import reverse

from afilia.access.models import EmployerKey
from afilia.batches.models import Batch
from afilia.batches.rules import State
from afilia.dependents.models import Dependent
from afilia.employers.models import Branch
from afilia.novedades.models import Channel, Filing, Novedad
from afilia.workers.models import Employment
from tests.batches.filing import make_desk
from tests.builders import (
    NOW,
    give_access,
    make_branch,
    make_employer,
    make_employment,
    make_key,
    signed_in_client,
)
from tests.dependents.registering import make_home

pytestmark = pytest.mark.django_db


@pytest.fixture
def employment() -> Employment:
    return make_employment(branch=make_branch(make_employer()))


def make_filing(
    employment: Employment, key: EmployerKey, *, batch: bool = True, subject: str = "202611"
) -> Filing:
    """A filing with a change of pay, in a registered batch of the key unless told otherwise."""
    filing = Filing.objects.create(
        employer=employment.employer, channel=Channel.BATCH, by_number=key.number, filed_at=NOW
    )
    Novedad.objects.create(
        filing=filing, line=1, employment=employment, kind="MSU", period=202611, subject=subject, amount=600
    )
    if batch:
        Batch.objects.create(
            employer=employment.employer,
            key=key,
            by_number=key.number,
            file_name="MSU.txt",
            sha256="a" * 64,
            size=1,
            novedad="MSU",
            state=State.REGISTERED,
            received_at=NOW,
            registered_at=NOW,
            filing=filing,
        )
    return filing


def address(filing: Filing) -> str:
    return reverse("batches:filing", args=[filing.pk])


def linked(client: Client, employment: Employment, filing: Filing) -> bool:
    """Whether the worker's page leads to the filing."""
    page = client.get(reverse("novedades:worker", args=[employment.person_id]))
    assert filing.number in page.content.decode()
    return f'href="{address(filing)}"' in page.content.decode()


def test_number_of_a_receipt_leads_to_its_batch(client: Client, employment: Employment) -> None:
    key = make_key(employment.employer)
    filing = make_filing(employment, key)
    holder = signed_in_client(client, key)
    assert linked(holder, employment, filing)
    assert holder.get(address(filing))["Location"] == reverse("batches:batch", args=[Batch.objects.get().pk])


def test_filing_without_a_batch_is_shown_without_a_link(client: Client, employment: Employment) -> None:
    key = make_key(employment.employer)
    filing = make_filing(employment, key, batch=False)
    holder = signed_in_client(client, key)
    assert not linked(holder, employment, filing)
    assert holder.get(address(filing)).status_code == 404


def test_key_of_one_branch_is_led_only_to_its_own_batches(client: Client, employment: Employment) -> None:
    branch: Branch = employment.branch
    own, other = (make_key(employment.employer, branches=(branch,)) for _ in range(2))
    filing = make_filing(employment, own)
    assert linked(signed_in_client(client, own), employment, filing)
    stranger = signed_in_client(Client(), other)
    assert not linked(stranger, employment, filing)
    assert stranger.get(address(filing)).status_code == 404


def test_filing_of_another_employer_is_not_found(client: Client, employment: Employment) -> None:
    filing = make_filing(employment, make_key(employment.employer))
    stranger = signed_in_client(client, make_key(make_employer()))
    assert stranger.get(address(filing)).status_code == 404
    assert Client().get(address(filing))["Location"].startswith(reverse("access:sign-in"))


def test_what_a_helper_filed_names_them_and_leads_to_the_receipts(
    client: Client, employment: Employment
) -> None:
    employer = employment.employer
    given = give_access(employer)
    assert given.key is not None
    filed = make_filing(employment, given.key)
    notice = Filing.objects.create(
        employer=employer, channel=Channel.FORM, by_number=given.number, filed_at=NOW
    )
    dependent = make_home(make_desk(employer)).register(by_number=given.number)
    assert dependent is not None
    make_filing(employment, make_key(employer), batch=False, subject="202610")
    holder = signed_in_client(client, make_key(employer))
    page = holder.get(reverse("batches:helper-filings", args=[given.pk]))
    links = re.findall(r'app-code" href="([^"]+)"', page.content.decode())
    assert links == [
        reverse("dependents:filing", args=[dependent.pk]),
        reverse("novedades:filing", args=[notice.pk]),
        address(filed),
    ]
    named = f"{given.number} {given.key.accountant.names}"
    for place in (
        reverse("novedades:worker", args=[employment.person_id]),
        reverse("dependents:dependent", args=[Dependent.objects.get().pk]),
        reverse("batches:index"),
        reverse("batches:history"),
    ):
        assert named in holder.get(place).content.decode(), place
