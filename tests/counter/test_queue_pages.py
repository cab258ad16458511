"""The queue: who sees which cases, and who has which."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from afilia.cases import actions
from afilia.cases.models import Case
from afilia.staff import queries as staff_queries
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role
from tests.cases.builders import fill, make_draft, make_submitted
from tests.counter.pages import DAY, QUEUE, numbers, page_of, taken, tick_all
from tests.staff.builders import make_office, make_staff, sign_in_staff

pytestmark = pytest.mark.django_db


def test_the_queue_shows_what_waits_first_what_is_due_first(desk: Client, official: StaffMember) -> None:
    now = timezone.now()
    late, soon = make_submitted(now=now - 30 * DAY), make_submitted(now=now)
    done = taken(official)
    tick_all(done, official)
    actions.refuse(case_id=done.pk, reason="otro-tramite", text="", by=staff_queries.staff(official), now=now)
    page = desk.get(QUEUE).content.decode()
    assert page.index(str(late.number)) < page.index(str(soon.number))
    assert "Vencido hace" in page
    assert str(done.number) not in page
    assert numbers(desk, "?estado=all") == {str(case) for case in (late, soon, done)}
    assert numbers(desk, "?estado=refused") == {str(done)}
    assert "Presentado (2)" in page
    assert "Negado (1)" in page
    assert "Aprobado (0)" in page


def test_a_full_page_of_the_queue_takes_no_more_queries_than_one_case(
    desk: Client, django_assert_max_num_queries: Any
) -> None:
    now = timezone.now()
    cases = [make_submitted(now=now - DAY) for _ in range(30)]
    with django_assert_max_num_queries(12):
        page = desk.get(QUEUE).content.decode()
    assert "30 trámites" in page
    shown = numbers(desk), numbers(desk, "?page=2")
    assert (len(shown[0]), len(shown[1])) == (25, 5)
    assert shown[0] | shown[1] == {str(case) for case in cases}


def test_filters_of_the_queue(desk: Client, official: StaffMember) -> None:
    now = timezone.now()
    old, mine = make_submitted(now=now - 30 * DAY), taken(official)
    corrected = taken(official)
    actions.ask_correction(
        case_id=corrected.pk,
        items={"ruc": ("ilegible", "")},
        by=staff_queries.staff(official),
        now=now,
    )
    every = {str(old), str(mine), str(corrected)}
    assert numbers(desk) == every
    assert numbers(desk, "?quien=mine") == {str(mine), str(corrected)}
    assert numbers(desk, "?quien=nobody") == {str(old)}
    assert numbers(desk, "?plazo=late") == {str(old)}
    assert numbers(desk, "?plazo=stopped") == {str(corrected)}
    assert numbers(desk, "?plazo=soon") == set()
    assert numbers(desk, "?edad=20") == {str(old)}
    assert numbers(desk, "?edad=30") == {str(old)}
    assert numbers(desk, "?tramite=clave-patronal") == every
    assert numbers(desk, "?tramite=codigo-extranjeros") == set()
    assert numbers(desk, f"?texto={mine.employer.ruc}") == {str(mine)}
    assert numbers(desk, "?texto=nada+de+nada") == set()
    assert numbers(desk, "?estado=x&plazo=y&edad=z&quien=w") == every
    assert "Detenido: quedan 5" in desk.get(page_of(corrected)).content.decode()


def test_who_sees_what() -> None:
    """Own office, own province, the legal review of it, or all; a case that is not seen does not exist."""
    quito, guayaquil = make_office(), make_office(province="09", city="Guayaquil")
    official = make_staff(Role.COORDINATION, province="17")
    waiting = make_submitted(now=timezone.now())
    legal, approved = taken(official), taken(official)
    by, now = staff_queries.staff(official), timezone.now()
    actions.ask_legal(case_id=legal.pk, text="¿Vale el poder?", by=by, now=now)
    tick_all(approved, official)
    actions.approve(case_id=approved.pk, office=quito, by=by, now=now)
    draft = fill(make_draft())
    everything = {str(waiting), str(legal), str(approved)}
    roles = {
        "coordination": (official, everything),
        "elsewhere": (make_staff(Role.COORDINATION, province="09"), set()),
        "legal": (make_staff(Role.LEGAL, province="17"), everything),
        "legal elsewhere": (make_staff(Role.LEGAL, province="09"), set()),
        "counter": (make_staff(Role.COUNTER, office=quito), {str(approved)}),
        "counter elsewhere": (make_staff(Role.COUNTER, office=guayaquil), set()),
        "supervisor of the office": (make_staff(Role.SUPERVISOR, office=quito), {str(approved)}),
        "supervisor of the province": (make_staff(Role.SUPERVISOR, province="17"), everything),
        "national supervisor": (make_staff(Role.SUPERVISOR, province=""), everything),
        "national coordination": (make_staff(Role.COORDINATION, province=""), set()),
    }
    for who, (member, seen) in roles.items():
        client = sign_in_staff(Client(), member)
        assert numbers(client, "?estado=all") == seen, who
        for case in (waiting, legal, approved):
            expected = 200 if str(case) in seen else 404
            assert client.get(page_of(case)).status_code == expected, (who, case.state)
        assert client.get(f"{QUEUE}None/").status_code == 404
        assert client.get(f"{QUEUE}{draft.key}/").status_code == 404
    first = {who: numbers(sign_in_staff(Client(), roles[who][0])) for who in ("legal", "counter")}
    assert first == {"legal": {str(legal)}, "counter": {str(approved)}}


def test_a_case_is_taken_and_who_comes_second_is_told_by_whom(desk: Client, official: StaffMember) -> None:
    case = make_submitted(now=timezone.now())
    assert "Tomar el trámite" in desk.get(page_of(case)).content.decode()
    assert "Aprobar" not in desk.get(page_of(case)).content.decode()
    desk.post(f"{page_of(case)}tomar/")
    second = sign_in_staff(Client(), make_staff(Role.COORDINATION, province="17"))
    told = second.post(f"{page_of(case)}tomar/", follow=True).content.decode()
    assert f"{official.names} lo tomó antes. No se cambió nada." in told
    assert "Aprobar" not in told
    case.refresh_from_db()
    assert case.assignee_id == official.pk


def test_a_case_is_given_back_and_handed_over_with_why(desk: Client, official: StaffMember) -> None:
    case = taken(official)
    colleague = make_staff(Role.COORDINATION, province="17")
    stranger = make_staff(Role.COORDINATION, province="09")
    address = f"{page_of(case)}entregar/"
    shown = desk.get(address).content.decode()
    assert colleague.names in shown
    assert stranger.names not in shown
    assert "Elija una persona" in desk.post(address, {"to": str(stranger.pk), "why": "x"}).content.decode()
    assert "Escriba por qué" in desk.post(address, {"to": str(colleague.pk), "why": ""}).content.decode()
    desk.post(address, {"to": str(colleague.pk), "why": "Salgo de vacaciones"})
    page = desk.get(page_of(case)).content.decode()
    assert "Salgo de vacaciones" in page
    assert colleague.names in page
    assert "Devolver a la bandeja" not in page
    theirs = sign_in_staff(Client(), colleague)
    assert "Escriba por qué" in theirs.post(f"{page_of(case)}devolver/", {"text": ""}).content.decode()
    theirs.post(f"{page_of(case)}devolver/", {"text": "No es de mi materia"})
    case.refresh_from_db()
    assert case.assignee_id is None
    assert "No es de mi materia" in theirs.get(page_of(case)).content.decode()


def test_a_case_of_another_unit_is_sent_there_with_why(desk: Client, official: StaffMember) -> None:
    case = taken(official)
    address = f"{page_of(case)}enviar/"
    page = desk.get(address).content.decode()
    assert "Coordinación provincial de Guayas" in page
    assert "Coordinación provincial de Pichincha" not in page  # which has it
    refused = desk.post(address, {"unit": "coordinacion-99"}).content.decode()
    assert "Elija una unidad de la lista" in refused
    assert "Escriba por qué" in refused
    said = {"unit": "coordinacion-09", "why": "El domicilio está en Guayaquil"}
    page = desk.post(address, said, follow=True).content.decode()
    assert f"El trámite {case} lo atiende ahora: Coordinación provincial de Guayas." in page
    assert desk.get(page_of(case)).status_code == 404
    theirs = sign_in_staff(Client(), make_staff(Role.COORDINATION, province="09"))
    page = theirs.get(page_of(case)).content.decode()
    assert "El domicilio está en Guayaquil" in page
    assert "Tomar el trámite" in page


def test_who_does_not_have_a_case_sends_it_nowhere(desk: Client) -> None:
    colleague = make_staff(Role.COORDINATION, province="17")
    case = taken(colleague)
    said = {"unit": "coordinacion-09", "why": "No es mío"}
    page = desk.post(f"{page_of(case)}enviar/", said, follow=True).content.decode()
    assert "Enviar a otra unidad" not in page
    case.refresh_from_db()
    assert (case.unit, case.assignee_id) == ("coordinacion-17", colleague.pk)


def test_a_supervisor_gives_many_cases_at_once_and_is_told_what_stayed(official: StaffMember) -> None:
    supervisor = sign_in_staff(Client(), make_staff(Role.SUPERVISOR, province="17"))
    cases = [make_submitted(now=timezone.now()) for _ in range(3)]
    form = {"to": str(official.pk), "why": "Reparto del lunes", "cases": [str(case.pk) for case in cases]}
    assert "Marque al menos" in supervisor.post(QUEUE, form | {"cases": []}).content.decode()
    actions.withdraw(case_id=cases[2].pk, now=timezone.now())
    page = supervisor.post(f"{QUEUE}?estado=all", form, follow=True).content.decode()
    assert "Se entregaron 2 trámites" in page
    assert f"Quedaron como estaban, porque ya no se pueden entregar a esa persona: {cases[2]}" in page
    assert Case.objects.filter(assignee=official).count() == 2
    trace = cases[0].traces.last()
    assert trace
    assert (trace.why, trace.to_id, trace.text) == ("given", official.pk, "Reparto del lunes")


def test_only_a_supervisor_gives_many_cases(desk: Client, official: StaffMember) -> None:
    case = make_submitted(now=timezone.now())
    form = {"to": str(official.pk), "why": "Porque sí", "cases": [str(case.pk)]}
    assert desk.post(QUEUE, form).status_code == 404
    office = sign_in_staff(Client(), make_staff(Role.SUPERVISOR))
    assert office.post(QUEUE, form).status_code == 404
    far = sign_in_staff(Client(), make_staff(Role.SUPERVISOR, province="09"))
    assert "Elija una persona de la lista" in far.post(QUEUE, form).content.decode()
    case.refresh_from_db()
    assert case.assignee_id is None
