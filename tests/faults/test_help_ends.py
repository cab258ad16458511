"""An access ends while the accountant is filing: what was confirmed is registered, the rest is not."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from afilia.access import actions as access
from afilia.access import queries
from afilia.access.models import Delegation
from afilia.access.rules.acts import Act
from afilia.audit.models import Entry
from afilia.batches import actions
from afilia.batches.models import Batch
from afilia.batches.rules import State
from tests.access.helping import CLIENTS, works_for
from tests.batches.filing import Desk, employ, make_desk, text
from tests.builders import give_access, make_branch, make_employer, make_key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("light_hashing")]


@pytest.fixture
def desk() -> Desk:
    return make_desk()


def upload(client: Client, desk: Desk) -> Batch:
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("MSU.txt", text(desk.record("MSU", employ(desk))).encode())
    sent = client.post("/empleadores/batch/cargar/", {"novedad": "MSU", "file": file})
    assert sent.status_code == 302
    batch = Batch.objects.get()
    actions.plan(batch_id=batch.pk, attempt=batch.attempt, now=timezone.now())
    batch.refresh_from_db()
    assert batch.state == State.PLANNED
    return batch


def confirm(client: Client, batch: Batch) -> int:
    typed = {"mode": "good", "max_error_percent": "0", "plan": batch.summary["digest"]}
    return client.post(f"/empleadores/batch/{batch.pk}/", typed).status_code


def end(given: Delegation) -> None:
    owner = make_key(given.employer)
    assert access.end_access(holder=queries.holder(owner), delegation_id=given.pk, now=timezone.now())


@pytest.mark.parametrize("of_a_branch", [False, True])
def test_uploaded_and_not_confirmed_cannot_be_confirmed(
    client: Client, desk: Desk, of_a_branch: bool
) -> None:
    branches = [desk.employer.branches.get(number="0001")] if of_a_branch else []
    given = give_access(desk.employer, acts=(Act.PAY,), branches=branches)
    works_for(client, given)
    batch = upload(client, desk)
    end(given)
    assert confirm(client, batch) == 302
    batch.refresh_from_db()
    assert (batch.state, batch.confirmed_at) == (State.PLANNED, None)
    assert "ya no se puede confirmar" in client.get(CLIENTS).content.decode()


@pytest.mark.parametrize("of_a_branch", [False, True])
def test_confirmed_is_registered_in_the_accountants_name(
    client: Client, desk: Desk, of_a_branch: bool
) -> None:
    branches = [desk.employer.branches.get(number="0001")] if of_a_branch else []
    given = give_access(desk.employer, acts=(Act.PAY,), branches=branches)
    works_for(client, given)
    batch = upload(client, desk)
    assert confirm(client, batch) == 302
    end(given)
    employ(desk)  # and the history changes, so that the plan is made again
    desk.employer.refresh_from_db()
    desk.employer.history_version += 1
    desk.employer.save()
    actions.register(batch_id=batch.pk, now=timezone.now() + timedelta(minutes=1))
    batch.refresh_from_db()
    assert batch.state == State.REGISTERED
    assert batch.filing is not None
    assert batch.filing.by_number == given.number
    actors = Entry.objects.filter(subject=f"batch:{batch.pk}").values_list("event", "actor")
    assert dict(actors)["batch.confirmed"] == f"helper:{given.pk}"


def test_who_only_reads_confirms_and_discards_nothing(client: Client, desk: Desk) -> None:
    filer, reader = give_access(desk.employer, acts=(Act.PAY,)), give_access(desk.employer)
    works_for(client, filer)
    batch = upload(client, desk)
    other = works_for(Client(), reader)
    page = other.get(f"/empleadores/batch/{batch.pk}/")
    assert "no registrarla" in page.content.decode()
    assert confirm(other, batch) == 403
    assert other.post(f"/empleadores/batch/{batch.pk}/descartar/").status_code == 403
    assert other.get("/empleadores/batch/cargar/").status_code == 403
    batch.refresh_from_db()
    assert batch.state == State.PLANNED


def test_other_acts_do_not_help(client: Client, desk: Desk) -> None:
    filer = give_access(desk.employer, acts=(Act.PAY,))
    works_for(client, filer)
    batch = upload(client, desk)
    other = works_for(Client(), give_access(desk.employer, acts=(Act.RESERVE_FUNDS, Act.DEPENDENTS)))
    assert confirm(other, batch) == 403


def test_a_batch_of_another_client_does_not_exist(client: Client, desk: Desk) -> None:
    given = give_access(desk.employer, acts=(Act.PAY,))
    works_for(client, given)
    batch = upload(client, desk)
    stranger = make_employer()
    make_branch(stranger)
    assert given.key is not None
    second = give_access(stranger, accountant=given.key.accountant, acts=(Act.PAY,))
    client.post(f"{CLIENTS}clientes/{second.pk}/ingresar/")
    assert client.get(f"/empleadores/batch/{batch.pk}/").status_code == 404
    assert confirm(client, batch) == 404
