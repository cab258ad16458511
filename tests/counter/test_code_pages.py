"""The pages on which an official issues a foreigner's code."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from afilia.attendance.models import Visit
from afilia.audit.models import Entry
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.queries import deciding
from afilia.foreigners.references import reference_of
from afilia.foreigners.rules.deciding import Arrival
from afilia.foreigners.rules.states import State
from afilia.identifiers.foreign import DocumentId, DocumentKind
from afilia.offices.models import Office
from afilia.procedures.rules import WhoComes
from afilia.staff import queries as staff_queries
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role
from tests.attendance.builders import (
    CODE,
    call,
    make_appointment,
    make_open_office,
    open_counter,
    receive,
    walk_in,
)
from tests.builders import make_contract, make_person
from tests.foreigners.builders import issue, make_comes, make_opened, make_request
from tests.staff.builders import make_staff, sign_in_staff

pytestmark = pytest.mark.django_db
CODES = "/funcionarios/extranjeros/"
THIRD = WhoComes.AUTHORISED_THIRD_PARTY


@pytest.fixture
def office() -> Office:
    return make_open_office()


@pytest.fixture
def clerk(office: Office) -> StaffMember:
    return make_staff(office=office)


@pytest.fixture
def desk(client: Client, clerk: StaffMember) -> Client:
    return sign_in_staff(client, clerk)


def comes(office: Office, clerk: StaffMember, **changes: Any) -> None:
    """Somebody without an appointment is received and called to the official's counter, now."""
    now = timezone.now()
    own = staff_queries.staff(clerk)
    open_counter(office, own, procedures=(CODE,), now=now)
    walk_in(office, procedure=CODE, now=now, **changes)
    call(office, own, now=now)


def opened(request: CodeRequest, clerk: StaffMember) -> CodeRequest:
    return make_opened(request, staff_queries.staff(clerk))


def page_of(request: CodeRequest) -> str:
    return f"{CODES}{request.key}/"


def said(request: CodeRequest, **changes: Any) -> dict[str, Any]:
    """A form filled in by an official for whom all is in order."""
    items = deciding.standing(request, office_id=None, arrival=Arrival.NONE, now=timezone.now()).items
    filled = {
        "revision": request.revision,
        "ticked": [item.slug for item in items],
        "number": request.number.lower(),
        "is_equal": "on",
        "is_identified": "on",
    }
    return filled | changes


@pytest.mark.parametrize("how", ["address", "reference", "number"])
def test_the_qr_or_the_number_brings_a_request_to_the_office(
    desk: Client, clerk: StaffMember, how: str
) -> None:
    request = make_request()
    reference = reference_of(request.key)
    typed = {
        "address": f"https://portal.example.ec/extranjeros/s/{reference}/",
        "reference": reference,
        "number": request.request_number,
    }[how]
    assert desk.post(CODES, {"typed": typed})["Location"] == page_of(request)
    request.refresh_from_db()
    assert request.office_id == clerk.office_id
    assert request.request_number in desk.get(CODES).content.decode()
    events = Entry.objects.filter(actor=f"staff:{clerk.pk}").values_list("event", flat=True)
    assert {"foreigners.searched", "foreigners.opened"} <= set(events)


def test_what_is_no_request_is_said_so(desk: Client) -> None:
    for typed in ("", "E-2026-9999999", "0" * 32):
        answer = desk.post(CODES, {"typed": typed})
        assert answer.status_code == 422
        assert "govuk-error-summary" in answer.content.decode()


def test_one_click_issues_the_code_and_the_sheet_can_be_printed_again(
    desk: Client, office: Office, clerk: StaffMember
) -> None:
    request = opened(make_request(), clerk)
    comes(office, clerk)
    answer = desk.post(page_of(request), said(request), follow=True)
    request.refresh_from_db()
    assert request.state == State.ISSUED
    assert request.code
    assert request.code.number in answer.content.decode()
    assert request.visit
    for times in (1, 2):
        sheet = desk.get(f"{page_of(request)}hoja/")
        assert sheet["Content-Type"] == "application/pdf"
        assert b"".join(sheet.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
        request.refresh_from_db()
        assert request.printed == times
    again = desk.post(page_of(request), said(request))
    assert again.status_code == 409
    assert "ya se decidió" in again.content.decode()


def test_nobody_at_the_counter_and_no_appointment_issues_nothing(desk: Client, clerk: StaffMember) -> None:
    request = opened(make_request(), clerk)
    answer = desk.post(page_of(request), said(request))
    assert answer.status_code == 409
    assert "No se emitió nada" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"ticked": []}, "Falta: Pasaporte del trabajador: copia"),
        ({"number": "OTRO1"}, "No es el número de la solicitud"),
        ({"number": ""}, "Escriba el número que tiene el documento"),
        ({"is_equal": ""}, "pida una corrección"),
        ({"is_identified": ""}, "Compruebe la identidad"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_issued(
    desk: Client, office: Office, clerk: StaffMember, changes: dict[str, Any], word: str
) -> None:
    request = opened(make_request(), clerk)
    comes(office, clerk)
    answer = desk.post(page_of(request), said(request, **changes))
    assert answer.status_code == 422
    assert word in answer.content.decode()
    request.refresh_from_db()
    assert request.state == State.PREPARED


def test_the_third_partys_missing_document_is_named(desk: Client, office: Office, clerk: StaffMember) -> None:
    request = opened(make_request(who_comes=THIRD, comes=make_comes()), clerk)
    comes(office, clerk)
    filled = said(request)
    filled["ticked"].remove("identidad-tercero:original")
    answer = desk.post(page_of(request), filled).content.decode()
    assert (
        "Falta: Cédula de la tercera persona: original. Sin este documento no se emite el código." in answer
    )


def test_the_appointment_of_who_comes_counts_and_anothers_does_not(
    desk: Client, office: Office, clerk: StaffMember
) -> None:
    request = opened(make_request(), clerk)
    now, own = timezone.now(), staff_queries.staff(clerk)
    open_counter(office, own, procedures=(CODE,), now=now)
    other = make_appointment(office, procedure=CODE, now=now)
    receive(other, now=now)
    visit = call(office, own, now=now)
    answer = desk.post(page_of(request), said(request))
    assert answer.status_code == 409
    assert "es de otra persona" in answer.content.decode()
    CodeRequest.objects.filter(pk=request.pk).update(signer_number=other.number)
    assert "Tiene turno a su nombre" in desk.get(page_of(request)).content.decode()
    desk.post(page_of(request), said(request))
    request.refresh_from_db()
    assert request.state == State.ISSUED
    assert request.visit == visit.pk


def test_the_request_of_who_stands_at_the_counter_is_offered(
    desk: Client, office: Office, clerk: StaffMember
) -> None:
    request = make_request()
    now, own = timezone.now(), staff_queries.staff(clerk)
    open_counter(office, own, procedures=(CODE,), now=now)
    request.appointment = make_appointment(office, procedure=CODE, now=now, number=request.signer_number)
    request.save()
    receive(request.appointment, now=now)
    call(office, own, now=now)
    assert f"Abrir la solicitud {request.request_number}" in desk.get(CODES).content.decode()
    [visit] = Visit.objects.all()
    page = desk.get(f"/funcionarios/turnos/visita/{visit.pk}/").content.decode()
    assert "Abrir la solicitud del código" in page


def test_a_walk_in_who_gave_another_number_is_not_who_is_to_come(
    desk: Client, office: Office, clerk: StaffMember
) -> None:
    request = opened(make_request(), clerk)
    comes(office, clerk, identification="1710034065")
    assert desk.post(page_of(request), said(request)).status_code == 409


def test_somebody_alike_is_shown_with_the_reasons_and_has_to_be_ruled_out(
    desk: Client, office: Office, clerk: StaffMember
) -> None:
    request = opened(make_request(), clerk)
    person = make_person(names=request.names, birth_on=request.birth_on)
    comes(office, clerk)
    page = desk.get(page_of(request)).content.decode()
    assert "Personas parecidas" in page
    assert "Nació el mismo día y tiene nombres parecidos." in page
    assert person.numbers.get().number in page
    assert f"{CODES}registro/" in page
    assert desk.post(page_of(request), said(request)).status_code == 422
    desk.post(page_of(request), said(request, is_another="on"))
    request.refresh_from_db()
    assert request.state == State.ISSUED


def test_who_has_a_code_gets_no_other_and_the_official_is_told_which(
    desk: Client, office: Office, clerk: StaffMember
) -> None:
    document = DocumentId(kind=DocumentKind.PASSPORT, country="CO", number="AX900900")
    first, second = make_request(document=document), make_request(document=document)
    issued = issue(opened(first, clerk), staff_queries.staff(clerk))
    opened(second, clerk)
    comes(office, clerk)
    answer = desk.post(page_of(second), said(second, is_another="on"))
    assert answer.status_code == 409
    assert issued.code
    assert f"ya tiene el número {issued.code.number}" in answer.content.decode()


def test_the_sut_can_be_asked_again(desk: Client, office: Office, clerk: StaffMember) -> None:
    request = opened(make_request(contract=False), clerk)
    assert "El SUT no responde" in desk.get(page_of(request)).content.decode()
    comes(office, clerk)
    assert desk.post(page_of(request), said(request)).status_code == 409
    make_contract(
        request.employer, number=request.number, names="OTRO NOMBRE LUCIA", birth_on=request.birth_on
    )
    assert desk.post(f"{page_of(request)}sut/")["Location"] == page_of(request)
    assert "Distinto" in desk.get(page_of(request)).content.decode()


def test_a_correction_and_a_refusal_take_a_reason_and_a_text(desk: Client, clerk: StaffMember) -> None:
    for part, reason, state in (
        ("corregir/", "datos-distintos", State.CORRECTION),
        ("negar/", "otro-tramite", State.REFUSED),
    ):
        request = opened(make_request(), clerk)
        url = f"{page_of(request)}{part}"
        assert desk.get(url).status_code == 200
        assert desk.post(url, {"reason": reason, "revision": 1}).status_code == 422
        assert desk.post(url, {"reason": "no-existe", "text": "x", "revision": 1}).status_code == 422
        stale = desk.post(url, {"reason": reason, "text": "Explicado.", "revision": 9}, follow=True)
        assert "cambió la solicitud" in stale.content.decode()
        answer = desk.post(url, {"reason": reason, "text": "Explicado.", "revision": 1}, follow=True)
        request.refresh_from_db()
        assert request.state == state
        assert "Explicado." in answer.content.decode()


def test_another_offices_request_does_not_exist_until_its_qr_is_read_here(
    desk: Client, clerk: StaffMember
) -> None:
    other = make_staff()
    request = opened(make_request(), other)
    for part in ("", "corregir/", "negar/", "hoja/"):
        assert desk.get(f"{page_of(request)}{part}").status_code == 404
    assert desk.post(page_of(request), said(request)).status_code == 404
    assert desk.post(f"{page_of(request)}sut/").status_code == 404
    desk.post(CODES, {"typed": request.request_number})
    assert desk.get(page_of(request)).status_code == 200
    theirs = sign_in_staff(Client(), other)
    assert theirs.get(page_of(request)).status_code == 404
    issue(request, staff_queries.staff(clerk))
    answer = theirs.post(CODES, {"typed": request.request_number})
    assert answer.status_code == 422
    assert "no en esta oficina" in answer.content.decode()


def test_the_pages_are_for_the_counters_of_offices_alone(client: Client) -> None:
    request = make_request()
    for stranger, status in (
        (client, 302),
        (sign_in_staff(Client(), make_staff(Role.COORDINATION, province="17")), 404),
        (sign_in_staff(Client(), make_staff(Role.SUPERVISOR, province="17")), 404),
    ):
        assert stranger.get(CODES).status_code == status
        for part in ("", "corregir/", "negar/", "hoja/"):
            assert stranger.get(f"{page_of(request)}{part}").status_code == status
        assert stranger.post(f"{page_of(request)}sut/").status_code == status


def test_every_look_is_written_down(desk: Client, clerk: StaffMember) -> None:
    request = opened(make_request(), clerk)
    desk.get(page_of(request))
    [entry] = Entry.objects.filter(event="foreigners.looked-at")
    assert entry.actor == f"staff:{clerk.pk}"
    assert entry.facts["office"] == clerk.office.code if clerk.office else False
    assert timedelta(0) <= timezone.now() - entry.at < timedelta(minutes=5)
