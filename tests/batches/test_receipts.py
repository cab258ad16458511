"""The receipt of a registered batch: its counts, its annex, its PDF, and what anyone may verify."""

import csv
import hashlib
import io
import json
from datetime import UTC, datetime

import pytest

from afilia.audit.models import Entry
from afilia.batches import actions, receipts
from afilia.batches.models import Batch
from afilia.batches.rules import Mode
from afilia.documents import queries as documents
from afilia.documents.queries import Outcome
from afilia.documents.rendering import ANNEX_MAX_LINES, ReceiptFacts
from afilia.notices.models import Message
from tests.batches.filing import Desk, employ, make_desk
from tests.builders import NOW, cedula
from tests.documents.builders import text_of

pytestmark = pytest.mark.django_db

ISSUED = datetime.now(UTC).replace(microsecond=0)  # the demo certificate is valid from the day it is made


@pytest.fixture
def desk() -> Desk:
    return make_desk()


def mixed(desk: Desk, *, corrections: bool = False, **options: object) -> Batch:
    """A registered batch of six lines: two new, one correction, one unchanged, two rejected."""
    new, also_new, corrected, same = (employ(desk) for _ in range(4))
    desk.file(desk.record("MSU", corrected, sueldo="700.00"), desk.record("MSU", same))
    return desk.file(
        desk.record("MSU", new),
        desk.record("MSU", corrected),
        "",
        desk.record("MSU", cedula()),
        desk.record("MSU", same),
        desk.record("MSU", "=1+1"),
        desk.record("MSU", also_new),
        corrections=corrections,
        **options,
    )


def facts(batch: Batch) -> ReceiptFacts:
    return receipts.facts(batch, at=ISSUED)


def annex(batch: Batch) -> list[dict[str, str]]:
    data = b"".join(receipts.annex_csv(batch))
    return [*csv.DictReader(io.StringIO(data.decode(), newline=""))]


@pytest.mark.parametrize(("meant", "corrections", "left_out"), [(False, 0, 1), (True, 1, 0)])
def test_every_line_is_counted_once(desk: Desk, meant: bool, corrections: int, left_out: int) -> None:
    receipt = facts(mixed(desk, corrections=meant))
    assert (receipt.lines, receipt.registered, receipt.unchanged, receipt.rejected) == (6, 2, 1, 2)
    assert (receipt.corrections, receipt.left_out) == (corrections, left_out)


def test_the_receipt_says_who_what_and_when(desk: Desk) -> None:
    batch = mixed(desk)
    receipt = facts(batch)
    assert batch.filing is not None
    assert receipt.number == batch.filing.number == f"2026-{batch.filing_id:08d}"
    assert (receipt.employer_name, receipt.ruc) == (desk.employer.name, desk.employer.ruc)
    assert (receipt.by_number, receipt.file_name) == ("operator", "MSU.txt")
    assert (receipt.sha256, receipt.novedad, receipt.novedad_name) == (
        batch.sha256,
        "MSU",
        "Modificación de sueldo",
    )
    for moment in (receipt.received_at, receipt.decided_at, receipt.registered_at):
        assert moment == NOW
        assert moment.utcoffset().total_seconds() == -5 * 3600


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mode": Mode.GOOD}, "Solo las líneas correctas"),
        ({"mode": Mode.PERCENT, "percent": 34}, "Hasta 34 % de errores"),
    ],
)
def test_the_mode_is_in_words(desk: Desk, options: dict[str, object], words: str) -> None:
    assert facts(mixed(desk, **options)).mode == words


def test_all_or_nothing_is_in_words(desk: Desk) -> None:
    assert facts(desk.file(desk.record("MSU", employ(desk)), mode=Mode.ALL)).mode == "Todo o nada"


def test_the_annex_has_the_result_of_every_line(desk: Desk) -> None:
    rows = annex(mixed(desk))
    assert [(row["linea"], row["resultado"]) for row in rows] == [
        ("1", "Registrada"),
        ("2", "No registrada: corrección no marcada"),
        ("4", "Rechazada"),
        ("5", "Ya constaba"),
        ("6", "Rechazada"),
        ("7", "Registrada"),
    ]
    assert rows[2]["codigos"] == "employment.none"
    assert rows[4]["codigos"] == "id.format"
    assert rows[4]["identificacion"] == "'=1+1"


def test_an_identification_of_any_length_leaves_room_for_the_result(desk: Desk) -> None:
    (row,) = annex(desk.file(desk.record("MSU", employ(desk)), desk.record("MSU", "1" * 2000)))[1:]
    assert row == {
        "linea": "2",
        "identificacion": "1" * 20,
        "resultado": "Rechazada",
        "codigos": "id.format",
    }


def test_a_meant_correction_is_called_one(desk: Desk) -> None:
    assert annex(mixed(desk, corrections=True))[1]["resultado"] == "Corregida"


def test_the_receipt_holds_the_hash_of_the_annex(desk: Desk) -> None:
    batch = mixed(desk)
    data = b"".join(receipts.annex_csv(batch))
    assert facts(batch).annex_sha256 == hashlib.sha256(data).hexdigest()
    printed = facts(batch).annex
    assert printed is not None
    assert [(str(row.line), row.outcome) for row in printed] == [
        (row["linea"], row["resultado"]) for row in annex(batch)
    ]


def test_the_printed_annex_says_in_words_what_the_codes_mean(desk: Desk) -> None:
    late = desk.record("SAL", employ(desk), fecha_salida="20261001", period="202610")
    receipt = facts(desk.file(late, desk.record("SAL", "=1+1", causa="Z")))
    assert receipt.annex is not None
    assert [row.remarks for row in receipt.annex] == [
        "Aviso extemporáneo",
        "La identificación no tiene diez dígitos. El código no está en la lista",
    ]


def test_the_json_says_the_same_without_the_printed_annex(desk: Desk) -> None:
    receipt = facts(mixed(desk))
    made = json.loads(json.dumps(receipts.as_json(receipt)))
    assert made["number"] == receipt.number
    assert made["lines"] == 6
    assert made["registered_at"] == "2026-11-21T10:30:00-05:00"
    assert "annex" not in made
    assert set(made) == {*ReceiptFacts.__dataclass_fields__} - {"annex"}


def test_the_pdf_is_genuine_by_file_and_by_code(desk: Desk) -> None:
    batch = mixed(desk)
    actions.issue_receipt(batch_id=batch.pk, now=ISSUED)
    batch.refresh_from_db()
    assert batch.receipt is not None
    with documents.open_document(batch.receipt) as file:
        pdf = file.read()
    receipt = facts(batch)
    for answer in (documents.answer_for_file(pdf), documents.answer_for_code(receipt.code.lower())):
        assert (answer.outcome, answer.document) == (Outcome.GENUINE, batch.receipt)
    altered = pdf[:100] + bytes([pdf[100] ^ 1]) + pdf[101:]
    assert documents.answer_for_file(altered).outcome is not Outcome.GENUINE
    words = text_of(pdf)
    for said in (
        receipt.number,
        desk.employer.ruc,
        batch.sha256,
        "Registrada",
        "El trabajador no consta en la sucursal",
    ):
        assert said.replace(" ", "") in words
    assert Entry.objects.filter(event="document.issued").count() == 1


@pytest.mark.parametrize(("lines", "printed"), [(ANNEX_MAX_LINES, True), (ANNEX_MAX_LINES + 1, False)])
def test_a_long_annex_is_not_printed_but_named_by_its_hash(desk: Desk, lines: int, printed: bool) -> None:
    batch = desk.file(*(desk.record("ENT", cedula()) for _ in range(lines)))
    receipt = facts(batch)
    assert (receipt.annex is not None) is printed
    assert (receipt.lines, receipt.annex_lines, len(annex(batch))) == (lines, lines, lines)
    actions.issue_receipt(batch_id=batch.pk, now=ISSUED)
    batch.refresh_from_db()
    assert batch.receipt is not None
    with documents.open_document(batch.receipt) as file:
        words = text_of(file.read())
    assert (receipt.annex_sha256 in words) is (not printed)


def test_a_batch_that_is_not_registered_has_no_receipt(desk: Desk) -> None:
    batch = desk.plan(desk.record("MSU", employ(desk))).batch
    with pytest.raises(ValueError, match="not registered"):
        facts(batch)
    actions.issue_receipt(batch_id=batch.pk, now=ISSUED)
    batch.refresh_from_db()
    assert batch.receipt is None


def test_the_employer_is_told_by_mail_what_was_registered(desk: Desk) -> None:
    batch = mixed(desk)
    actions.issue_receipt(batch_id=batch.pk, now=ISSUED)
    message = Message.objects.get()
    assert message.to == desk.employer.email
    assert facts(batch).number in message.subject
    assert "Líneas: 6. Registradas: 2. Rechazadas: 2." in message.text
    assert f"/empleadores/batch/{batch.pk}/" in message.text


def test_an_employer_without_an_address_gets_the_receipt_and_no_mail(desk: Desk) -> None:
    desk.employer.email = ""
    desk.employer.save()
    batch = mixed(desk)
    actions.issue_receipt(batch_id=batch.pk, now=ISSUED)
    batch.refresh_from_db()
    assert batch.receipt is not None
    assert not Message.objects.exists()
