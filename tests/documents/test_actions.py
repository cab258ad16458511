from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from afilia.audit.models import Entry
from afilia.documents import actions, queries
from afilia.documents.models import IssuedDocument, Kind
from tests.documents.builders import CODE, NOW, NUMBER, issue

PDF = b"%PDF-1.7 signed"


def stored(files: Path) -> list[bytes]:
    return sorted(file.read_bytes() for file in files.rglob("*") if file.is_file())


@pytest.mark.django_db
def test_document_is_found_by_number_code_and_file(files: Path) -> None:
    document = issue(PDF)
    assert (document.kind, document.number, document.issued_at) == (Kind.RECEIPT, NUMBER, NOW)
    assert queries.by_number(kind=Kind.RECEIPT, number=NUMBER) == document
    assert queries.by_code(CODE) == document
    assert queries.by_file(document.sha256) == document
    with queries.open_document(document) as file:
        assert file.read() == PDF
    assert stored(files) == [PDF]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed",
    [
        "abcd efgh ijkl mnop qrst uvwx",
        "ABCDEFGHIJKLMNOPQRSTUVWX",
        " ABCD–EFGH–1JKL–MN0P–QRST–UVWX ",
        "A8CD.EFGH.IJKL.MNOP.QRST.UVWX",
    ],
)
def test_code_is_found_as_people_type_it(typed: str) -> None:
    document = issue(PDF)
    assert queries.by_code(typed) == document


@pytest.mark.django_db
def test_derived_code_is_the_same_every_time_and_another_for_each_document() -> None:
    code = queries.code_of(kind=Kind.RECEIPT, number=NUMBER)
    assert len(queries.plain_code(code)) == queries.CODE_LENGTH
    assert queries.plain_code(code) == code.replace("-", "")
    assert queries.code_of(kind=Kind.RECEIPT, number=NUMBER) == code
    assert queries.code_of(kind=Kind.RECEIPT, number="2026-00000008") != code
    assert queries.verify_url(code).endswith(f"/verificar/{code}/")
    document = issue(PDF, code=code)
    assert queries.by_code(code) == document


@pytest.mark.django_db
def test_code_itself_is_not_kept() -> None:
    issue(PDF)
    with connection.cursor() as cursor:
        cursor.execute("SELECT d::text FROM documents_issueddocument d")
        ((row,),) = cursor.fetchall()
    assert CODE not in row
    assert CODE.replace("-", "").encode().hex() not in row


@pytest.mark.django_db
def test_issuing_again_changes_nothing(files: Path) -> None:
    first = issue(PDF)
    assert issue(b"%PDF-1.7 another") == first
    assert issue(PDF, code="ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ") == first
    assert stored(files) == [PDF]
    assert queries.by_code(CODE) == first
    (entry,) = Entry.objects.filter(subject=f"document:receipt:{NUMBER}")
    assert (entry.event, entry.actor, entry.at) == ("document.issued", "system", NOW)
    assert entry.facts == {"sha256": first.sha256}


@pytest.mark.django_db
def test_file_without_a_row_does_no_harm() -> None:
    lost = issue(PDF)
    IssuedDocument.objects.all().delete()
    assert queries.path_of(lost.file).exists()
    again = issue(b"%PDF-1.7 rendered again")
    with queries.open_document(again) as file:
        assert file.read() == b"%PDF-1.7 rendered again"


@pytest.mark.django_db
def test_two_documents_never_share_a_code() -> None:
    issue(PDF)
    with pytest.raises(IntegrityError):
        issue(b"%PDF-1.7 another", number="2026-00000008")


@pytest.mark.django_db
def test_disk_that_takes_no_more_leaves_neither_row_nor_part(files: Path) -> None:
    files.mkdir()
    (files / "documents").write_bytes(b"no folder can be made here")
    with pytest.raises(OSError):  # noqa: PT011
        issue(PDF)
    assert not IssuedDocument.objects.exists()
    assert stored(files) == [b"no folder can be made here"]


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_wins_and_both_get_it() -> None:
    racers = 4
    barrier = Barrier(racers)

    def race(racer: int) -> tuple[int, bytes]:
        try:
            barrier.wait()
            pdf = b"%%PDF-1.7 from racer %d" % racer
            document = actions.issue(kind=Kind.RECEIPT, number=NUMBER, pdf=pdf, at=NOW, code=CODE)
            with queries.open_document(document) as file:
                return document.pk, file.read()
        finally:
            connection.close()

    with ThreadPoolExecutor(racers) as pool:
        answers = set(pool.map(race, range(racers)))
    assert len(answers) == 1
    assert IssuedDocument.objects.count() == 1
    assert Entry.objects.filter(event="document.issued").count() == 1
