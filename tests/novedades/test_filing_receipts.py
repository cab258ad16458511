"""The signed receipt of what a form filed."""

import pypdfium2
import pytest

from afilia.documents import queries as documents
from afilia.documents.models import IssuedDocument
from afilia.notices.models import Message
from afilia.novedades import actions, receipts
from afilia.workers.models import Employment
from tests.batches.filing import Desk, branch, make_desk, number_of
from tests.builders import NOW, cedula, make_employment
from tests.novedades.test_annulling import annul
from tests.novedades.test_single import file, values

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return make_desk()


def text(document: IssuedDocument) -> str:
    pages = pypdfium2.PdfDocument(documents.path_of(document.file).read_bytes())
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())


def test_a_receipt_says_what_was_filed_and_can_be_verified(desk: Desk) -> None:
    desk.employer.email = "casa@example.ec"
    desk.employer.save()
    number = cedula()
    filing = file(desk, "ENT", values("ENT", number))
    actions.issue_receipt(filing_id=filing.pk, now=NOW)
    actions.issue_receipt(filing_id=filing.pk, now=NOW)
    document = filing.receipt.document
    assert (document.kind, document.number) == ("receipt", filing.number)
    said = text(document)
    for part in (filing.number, "Registrada: Aviso de entrada", number, "16 de noviembre de 2026", "500"):
        assert part in said
    assert receipts.facts(filing).code in said
    (mail,) = Message.objects.all()
    assert filing.number in mail.subject


def test_the_receipt_of_an_annulment_says_what_is_no_more_and_why(desk: Desk) -> None:
    worker = number_of(make_employment(branch=branch(desk)))
    annulled = annul(desk, file(desk, "SAL", values("SAL", worker)), explanation="Sigue en la casa")
    actions.issue_receipt(filing_id=annulled.pk, now=NOW)
    said = text(annulled.receipt.document)
    for part in ("Anulada: Aviso de salida", "20 de noviembre de 2026", "no ocurrió", "Sigue en la casa"):
        assert part in said
    assert Employment.objects.get().left_on is None
