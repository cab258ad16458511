"""The employer of the faults' tests, as a process on a plant: commands in, answers out, one JSON a line."""

import json
import sys
from datetime import date

from django.db import connection
from django.utils import timezone

from afilia.audit import queries as audit
from afilia.batches import receipts
from afilia.batches.models import Batch
from afilia.documents import queries as documents
from afilia.employers.models import Employer
from afilia.workers.models import Employment, IdentityNumber, Person
from tests import builders
from tests.batches.filing import Desk, make_desk, text

NOVEDAD = "INS"


def employ(count: int) -> str:
    """An employer with so many workers; its RUC."""
    employer = builders.make_employer(email="")
    branch = builders.make_branch(employer)
    people = Person.objects.bulk_create(Person(names="PRUEBA") for _ in range(count))
    IdentityNumber.objects.bulk_create(
        IdentityNumber(number=builders.cedula(), kind="cedula", person=person) for person in people
    )
    Employment.objects.bulk_create(
        Employment(employer=employer, branch=branch, person=person, entered_on=date(2020, 1, 2))
        for person in people
    )
    return employer.ruc


def desk_of(ruc: str) -> Desk:
    return make_desk(Employer.objects.get(ruc=ruc))


def receive(ruc: str, month: int) -> str:
    """Hand in a line for each worker, of a month counted back from the last one; the id of the batch."""
    desk = desk_of(ruc)
    last = timezone.localdate().replace(day=1)
    year, at = divmod(last.year * 12 + last.month - 2 - month, 12)
    numbers = IdentityNumber.objects.filter(person__employments__employer=desk.employer)
    lines = (
        desk.record(NOVEDAD, number, period=f"{year}{at + 1:02}")
        for number in numbers.values_list("number", flat=True)
    )
    return str(desk.receive(text(*lines), novedad=NOVEDAD, now=timezone.now()).pk)


def confirm(ruc: str, batch_id: str) -> str | None:
    return desk_of(ruc).confirm(Batch.objects.get(pk=batch_id), now=timezone.now())


def verified() -> list[str]:
    """What a person would find wrong with the ledger and the receipts; nothing, it is hoped."""
    wrong = [] if audit.verify() is None else ["the chain of the ledger"]
    for batch in Batch.objects.select_related("employer", "filing", "receipt"):
        receipt = receipts.facts(batch, at=timezone.now())
        assert batch.receipt is not None
        with documents.open_document(batch.receipt) as file:
            answers = [documents.answer_for_file(file.read()), documents.answer_for_code(receipt.code)]
        if any(answer.outcome is not documents.Outcome.GENUINE for answer in answers):
            wrong.append(f"receipt {receipt.number} is not genuine")
        annex = sum(part.count(b"Registrada") for part in receipts.annex_csv(batch))
        if (receipt.registered, annex) != (receipt.lines, receipt.lines):
            wrong.append(f"receipt {receipt.number}: {receipt.registered}, {annex} of {receipt.lines}")
    return wrong


def serve() -> None:
    commands = {command.__name__: command for command in (employ, receive, confirm, verified)}
    for asked in sys.stdin:
        name, *arguments = json.loads(asked)
        answer = commands[name](*arguments)
        connection.close()
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()
