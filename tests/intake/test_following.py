from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from afilia.audit.models import Entry
from afilia.cases import actions
from afilia.cases.models import Case
from afilia.cases.rules.moves import State
from afilia.documents import queries as documents
from afilia.procedures.rules import Channel
from afilia.staff.rules import Role
from tests.builders import NOW
from tests.cases.builders import make_official
from tests.documents.papers import plain_jpeg
from tests.intake.conftest import AT, Applicant, MakeApplicant

pytestmark = pytest.mark.django_db


def test_the_receipt_has_number_and_code_on_the_page_in_the_mail_and_in_the_pdf(sent: Applicant) -> None:
    number, code = str(sent.case.number), sent.code
    page = sent.client.get(f"{AT}tramites/{number}/").content.decode()
    for text in (page, sent.mail):
        assert number in text
        assert code in text
    answer = sent.client.get(f"{AT}tramites/{number}/comprobante.pdf")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"%PDF")
    assert documents.answer_for_file(content).outcome == documents.Outcome.GENUINE
    found = documents.answer_for_code(code)
    assert found.document
    assert found.document.number == number
    again = sent.client.get(f"{AT}tramites/{number}/comprobante.pdf")
    assert b"".join(again.streaming_content) == content  # type: ignore[attr-defined]


def test_a_case_is_followed_with_number_and_code_in_another_browser(sent: Applicant, client: Client) -> None:
    number = sent.case.number
    typed = {"number": f" {str(number).lower()} ", "code": sent.code.lower().replace("-", " ")}
    answer = client.post(f"{AT}seguimiento/", typed)
    assert answer["Location"] == f"{AT}tramites/{number}/"
    page = client.get(answer["Location"]).content.decode()
    assert "Presentado" in page
    assert "Coordinación provincial de Pichincha" in page
    assert Entry.objects.filter(event="case.followed", subject=f"case:{sent.case.pk}").count() == 1


@pytest.mark.parametrize("code", ["ABCD-EFGH", "ABCD-EFGH-ABCD-EFGH-ABCD-EFGH", ""])
def test_a_wrong_code_opens_nothing(sent: Applicant, client: Client, code: str) -> None:
    answer = client.post(f"{AT}seguimiento/", {"number": sent.case.number, "code": code})
    assert answer.status_code == 422
    assert client.get(f"{AT}tramites/{sent.case.number}/").status_code == 404


PAGES: list[tuple[str, Callable[[Client, str], Any]]] = [
    ("{draft}", Client.get),
    ("{draft}", Client.post),
    ("{draft}pedido/", Client.get),
    ("{draft}documentos/ruc/", Client.get),
    ("{draft}documentos/ruc/", Client.post),
    ("{draft}enviar/", Client.get),
    ("{draft}enviar/", Client.post),
    ("{draft}descartar/", Client.post),
    ("{case}", Client.get),
    ("{case}comprobante.pdf", Client.get),
    ("{case}documentos/ruc/", Client.get),
    ("{case}corregido/", Client.post),
    ("{case}mensaje/", Client.post),
    ("{case}retirar/", Client.get),
    ("{case}retirar/", Client.post),
]


@pytest.mark.parametrize(("page", "method"), PAGES, ids=range(len(PAGES)))
def test_what_is_anothers_does_not_exist(
    sent: Applicant,
    make_applicant: MakeApplicant,
    page: str,
    method: Callable[[Client, str], Any],
) -> None:
    stranger = make_applicant()
    stranger.enter()
    address = page.format(draft=sent.draft, case=f"{AT}tramites/{sent.case.number}/")
    for browser in (stranger.client, Client()):
        assert method(browser, address).status_code == 404
    assert sent.case.state == State.SUBMITTED


def test_a_correction_opens_the_named_document_alone(sent: Applicant) -> None:
    official = make_official()
    case = actions.take(case_id=sent.case.pk, by=official, now=NOW)
    actions.ask_correction(
        case_id=case.pk, items={"ruc": ("ilegible", "Solo se ve la mitad.")}, by=official, now=NOW
    )
    at = f"{AT}tramites/{case.number}/"
    page = sent.client.get(at).content.decode()
    assert "Solo se ve la mitad." in page
    assert "No se lee bien." in page
    assert f'href="{at}documentos/ruc/"' in page
    assert f'href="{at}documentos/acuerdo/"' not in page
    assert "Enviar las correcciones" not in page
    assert sent.client.get(f"{at}documentos/acuerdo/").status_code == 404
    assert "Solo se ve la mitad." in sent.client.get(f"{at}documentos/ruc/").content.decode()
    sent.client.post(f"{at}corregido/")
    assert sent.case.state == State.CORRECTION_ASKED
    again = {"file": SimpleUploadedFile("ruc.jpg", plain_jpeg())}
    assert sent.client.post(f"{at}documentos/ruc/", again)["Location"] == at
    assert "Enviar las correcciones" in sent.client.get(at).content.decode()
    sent.client.post(f"{at}corregido/")
    assert sent.case.state == State.UNDER_REVIEW
    assert sent.client.get(f"{at}documentos/ruc/").status_code == 404


def test_the_page_says_why_a_case_was_refused_and_not_what_officials_wrote_to_each_other(
    sent: Applicant,
) -> None:
    official = make_official()
    case = actions.take(case_id=sent.case.pk, by=official, now=NOW)
    actions.ask_legal(case_id=case.pk, text="Nota interna de prueba", by=official, now=NOW)
    lawyer = make_official(Role.LEGAL)
    actions.give_opinion(case_id=case.pk, text="Dictamen interno", by=lawyer, now=NOW)
    actions.refuse(case_id=case.pk, reason="ya-tiene-clave", text="Desde marzo.", by=official, now=NOW)
    page = sent.client.get(f"{AT}tramites/{case.number}/").content.decode()
    assert "El empleador ya tiene una clave" in page
    assert "Desde marzo." in page
    assert "Nota interna" not in page
    assert "Dictamen interno" not in page
    assert official.names not in page


def test_messages_are_written_and_read_on_the_page(sent: Applicant) -> None:
    at = f"{AT}tramites/{sent.case.number}/"
    official = make_official()
    actions.write_to_applicant(case_id=sent.case.pk, text="¿Tiene sucursales?", by=official, now=NOW)
    assert "¿Tiene sucursales?" in sent.client.get(at).content.decode()
    assert sent.client.post(f"{at}mensaje/", {"text": ""}).status_code == 422
    sent.client.post(f"{at}mensaje/", {"text": "No, <b>ninguna</b>."})
    page = sent.client.get(at).content.decode()
    assert "No, &lt;b&gt;ninguna&lt;/b&gt;." in page


def test_a_case_is_withdrawn_only_by_a_yes(sent: Applicant) -> None:
    at = f"{AT}tramites/{sent.case.number}/retirar/"
    assert sent.client.get(at).status_code == 200
    assert sent.client.post(at, {"answer": ""}).status_code == 422
    sent.client.post(at, {"answer": "no"})
    assert sent.case.state == State.SUBMITTED
    sent.client.post(at, {"answer": "yes"})
    assert sent.case.state == State.WITHDRAWN
    assert sent.client.get(at)["Location"] == f"{AT}tramites/{sent.case.number}/"
    sent.client.post(f"{AT}tramites/{sent.case.number}/mensaje/", {"text": "¿Y ahora?"})
    assert not sent.case.messages.exists()


def test_a_second_draft_does_not_become_a_second_case(sent: Applicant) -> None:
    employer = sent.registration.employer
    second = actions.begin(
        procedure="clave-patronal",
        channel=Channel.VIRTUAL,
        province="17",
        employer=employer,
        now=NOW,
    )
    first = Case.objects.exclude(number=None).get()
    session = sent.client.session
    session["intake-cases"] = [first.key.hex, second.key.hex]
    session.save()
    sent.fill()
    answer = sent.client.post(f"{AT}borradores/{second.key}/enviar/")
    assert answer.status_code == 409
    assert str(first.number) in answer.content.decode()
    second.refresh_from_db()
    assert second.state == State.DRAFT
