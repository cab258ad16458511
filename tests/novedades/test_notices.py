"""The pages of «Aviso de entrada y salida»."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from afilia.access.models import EmployerKey
from afilia.access.rules.acts import Act
from afilia.employers.models import Branch, EmployerKind
from afilia.novedades import actions
from afilia.novedades.models import Filing, Novedad
from afilia.novedades.rules.acts import HISTORY
from afilia.workers.models import Employment
from tests.builders import (
    cedula,
    give_access,
    make_branch,
    make_employer,
    make_employment,
    make_key,
    signed_in_client,
)
from tests.novedades.checking import LAYOUTS

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
MONTH = f"{TODAY:%Y-%m}"
ENTRY = {
    "fecha_ingreso": TODAY.isoformat(),
    "jornada": "1",
    "seguro_social": "R",
    "tipo_empleador": "2",
    "relacion_trabajo": "06",
    "cargo": "Empleada doméstica",
    "actividad_sectorial": "0101011112039",
    "sueldo": "500,5",
    "origen_pago": "P",
}
TYPED = {
    "ENT": ENTRY,
    "SAL": {"fecha_salida": TODAY.isoformat(), "causa": "V"},
    "MSU": {"mes": MONTH, "sueldo": "600"},
    "INS": {"mes": MONTH, "valor": "12.5", "causa": "O"},
    "PFR": {
        "mes": MONTH,
        "sueldo_total": "500",
        "periodo_desde": MONTH,
        "periodo_hasta": MONTH,
        "meses": "1",
    },
    "PRA": {"fecha_suscripcion": TODAY.isoformat(), "valor": "25"},
    "MND": {"fecha_inicio": TODAY.isoformat(), "dias": "1"},
}
TYPED["PFM"] = {**TYPED["PFR"], "tipo_periodo": "G"}
TYPED["PFN"] = {**TYPED["PFR"], "tipo_periodo": "_otro", "tipo_periodo_otro": "G"}
TYPED["PPF"] = {**TYPED["PFM"], "fecha_aprobacion": TODAY.isoformat(), "oficio": "of-001"}


def notice_url(novedad: str) -> str:
    return reverse("novedades:notice", args=[novedad])


def sent(novedad: str, number: str, step: str = "registrar", **changes: str) -> dict[str, str]:
    head = {"identificacion": number, "sucursal": "0001", "token": str(uuid.uuid4()), "paso": step}
    return {**head, **TYPED[novedad], **changes}


def worker(branch: Branch) -> str:
    return str(make_employment(branch=branch, entry_pay=Decimal(482)).person.numbers.get().number)


def said(response: object) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())  # type: ignore[attr-defined]


@pytest.mark.parametrize("novedad", [kind for kind, layout in LAYOUTS.items() if layout.effect in HISTORY])
def test_each_type_is_checked_first_and_then_filed(holder: Client, branch: Branch, novedad: str) -> None:
    number = cedula() if novedad == "ENT" else worker(branch)
    assert holder.get(notice_url(novedad)).status_code == 200
    check = holder.post(notice_url(novedad), sent(novedad, number, "revisar"))
    assert check.status_code == 200, said(check)
    assert "Qué pasa si lo registra" in said(check)
    assert "US$ 600,00" in said(check) or novedad != "MSU"
    assert not Novedad.objects.exists()
    done = holder.post(notice_url(novedad), sent(novedad, number))
    row = Novedad.objects.get()
    assert row.kind == novedad
    assert done.headers["Location"] == reverse("novedades:filing", args=[row.filing_id])
    page = holder.get(done.headers["Location"])
    assert (page.status_code, row.filing.number in said(page)) == (200, True)
    assert 'src="data:image/svg+xml' in page.content.decode()


def test_the_first_worker_of_a_domestic_employer(client: Client) -> None:
    branch = make_branch(make_employer())
    holder = signed_in_client(client, make_key(branch.employer))
    page = said(holder.get(notice_url("ENT")))
    assert "Sucursal" not in page.split("Aviso de entrada", 1)[1].split("Revisar")[0]
    holder.post(notice_url("ENT"), sent("ENT", cedula()))
    employment, row = Employment.objects.get(), Novedad.objects.get()
    assert (employment.entered_on, employment.entry_pay) == (TODAY, Decimal("500.50"))
    assert row.details is not None
    assert row.details["cargo"].startswith("EMPLEADA DOM")


def test_a_household_is_offered_today_and_the_basic_salary(client: Client) -> None:
    employer = make_employer(kind=EmployerKind.DOMESTIC)
    make_branch(employer)
    holder = signed_in_client(client, make_key(employer))
    form = holder.get(notice_url("ENT")).context["form"]
    sbu = settings.POLICY.context(TODAY).catalogue.sbu[TODAY.year]
    assert (form["sueldo"].value(), form["fecha_ingreso"].value()) == (str(sbu), TODAY.isoformat())
    assert f"US$ {sbu}" in form["sueldo"].help_text
    assert holder.get(notice_url("SAL")).context["form"]["fecha_salida"].value() == TODAY.isoformat()
    assert holder.get(notice_url("MSU")).context["form"]["sueldo"].value() is None


def test_another_employer_is_told_the_basic_salary_and_types_the_pay(holder: Client, branch: Branch) -> None:
    form = holder.get(notice_url("ENT")).context["form"]
    assert (form["sueldo"].value(), "salario básico unificado" in form["sueldo"].help_text) == (None, True)


def test_what_follows_is_said_before_it_is_saved(holder: Client, branch: Branch) -> None:
    page = said(holder.post(notice_url("SAL"), sent("SAL", worker(branch), "revisar")))
    assert "Sus trabajadores activos pasan de 1 a 1" not in page
    assert "Lo presenta a tiempo" in page
    assert "calendario" in page
    late = (TODAY - timedelta(days=10)).isoformat()
    page = said(holder.post(notice_url("SAL"), sent("SAL", worker(branch), "revisar", fecha_salida=late)))
    assert "7 días de atraso" in page
    assert "pasan de 2 a 1" in page


def test_an_error_names_its_field_and_remedy_and_writes_nothing(holder: Client, branch: Branch) -> None:
    page = holder.post(notice_url("SAL"), sent("SAL", cedula(), "revisar"))
    assert page.status_code == 422
    assert 'href="#id_identificacion"' in page.content.decode()
    page = holder.post(notice_url("MSU"), sent("MSU", worker(branch), sueldo="", mes="1900-01"))
    assert page.status_code == 422
    assert "Escriba lo que falta: Sueldo." in said(page)
    assert not Filing.objects.exists()


def test_going_back_to_change_keeps_what_was_typed(holder: Client, branch: Branch) -> None:
    page = holder.post(notice_url("MSU"), sent("MSU", worker(branch), "cambiar", sueldo="777"))
    assert page.status_code == 200
    assert 'value="777"' in page.content.decode()


def test_the_same_form_sent_twice_is_one_filing(holder: Client, branch: Branch) -> None:
    form = sent("MSU", worker(branch))
    first, second = holder.post(notice_url("MSU"), form), holder.post(notice_url("MSU"), form)
    assert first.headers["Location"] == second.headers["Location"]
    assert Filing.objects.count() == 1
    assert "no se registró dos veces" in said(holder.get(second.headers["Location"]))


def test_two_tabs_one_registers_and_the_other_is_asked_whether_it_corrects(
    holder: Client, branch: Branch
) -> None:
    number = worker(branch)
    holder.post(notice_url("MSU"), sent("MSU", number))
    second = sent("MSU", number, sueldo="700")
    page = holder.post(notice_url("MSU"), second)
    assert page.status_code == 422
    assert "Motivo" in said(page)
    holder.post(notice_url("MSU"), {**second, "motivo": "digitacion"})
    assert [row.amount for row in Novedad.objects.order_by("revision")] == [Decimal(600), Decimal(700)]


def filed(holder: Client, novedad: str, number: str, **changes: str) -> Filing:
    holder.post(notice_url(novedad), sent(novedad, number, **changes))
    return Filing.objects.latest("pk")


@pytest.mark.parametrize("acts", [(), (Act.PAY,), (Act.ENTRIES_AND_EXITS,)])
def test_a_receipt_offers_only_what_the_reader_may_do(
    holder: Client, branch: Branch, acts: tuple[Act, ...]
) -> None:
    first = filed(holder, "SAL", worker(branch))
    given = give_access(branch.employer, acts=acts)
    accountant = signed_in_client(Client(), given.key)
    accountant.post(f"/contadores/clientes/{given.pk}/ingresar/")
    page = accountant.get(reverse("novedades:filing", args=[first.pk])).content.decode()
    ways = ("novedades:novedad-correct", "novedades:novedad-annul")
    addresses = [reverse(way, args=[first.pk, 1]) for way in ways]
    offered = {address in page for address in [*addresses, reverse("novedades:filing-undo", args=[first.pk])]}
    assert offered == {Act.ENTRIES_AND_EXITS in acts}


def test_a_correction_keeps_its_worker_and_asks_why(holder: Client, branch: Branch) -> None:
    first = filed(holder, "SAL", worker(branch))
    url = reverse("novedades:novedad-correct", args=[first.pk, 1])
    page = holder.get(url).content.decode()
    assert 'type="hidden" name="identificacion"' in page
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    number = form["identificacion"]
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    correction = sent("SAL", number, "registrar", fecha_salida=yesterday)
    assert holder.post(url, correction).status_code == 422  # without a reason
    done = holder.post(url, {**correction, "motivo": "digitacion"})
    assert done.status_code == 302
    assert Employment.objects.get().left_on == TODAY - timedelta(days=1)
    assert Filing.objects.latest("pk").reason == "digitacion"
    assert holder.get(url).status_code == 409


def test_another_branch_replaces_the_entry_and_what_hangs_on_it(holder: Client, branch: Branch) -> None:
    make_branch(branch.employer, number="0002")
    number = cedula()
    entry = filed(holder, "ENT", number)
    filed(holder, "INS", number)
    url = reverse("novedades:novedad-correct", args=[entry.pk, 1])
    form = sent("ENT", number, "revisar", sucursal="0002")
    check = holder.post(url, form)
    assert check.status_code == 200, said(check)
    assert "este toma su lugar" in said(check)
    assert "Lo que dependía del aviso anterior pasa al nuevo" in said(check)
    assert "Sus trabajadores activos pasan" not in said(check)
    assert Filing.objects.count() == 2
    assert holder.post(url, {**form, "paso": "registrar"}).status_code == 422  # without a reason
    sending = {**form, "paso": "registrar", "motivo": "digitacion"}
    done = holder.post(url, sending)
    assert holder.post(url, sending).headers["Location"] == done.headers["Location"]
    assert [one.annulled for one in Employment.objects.order_by("pk")] == [True, False]
    page = said(holder.get(done.headers["Location"]))
    for told in ("Anulada: Aviso de entrada", "Registrada: Aviso de entrada"):
        assert told in page
    assert holder.post(url, {**sending, "token": str(uuid.uuid4())}).status_code == 409


def test_a_replacement_that_is_refused_names_the_field(holder: Client, branch: Branch) -> None:
    entry = filed(holder, "ENT", cedula())
    number = sorted(one.number for one in Employment.objects.get().person.numbers.all())[0]
    url = reverse("novedades:novedad-correct", args=[entry.pk, 1])
    later = (TODAY + timedelta(days=400)).isoformat()
    page = holder.post(url, sent("ENT", number, fecha_ingreso=later, motivo="digitacion"))
    assert (page.status_code, 'href="#id_fecha_ingreso"' in page.content.decode()) == (422, True)
    assert Filing.objects.count() == 1


def test_an_exit_of_who_came_back_is_not_moved_and_the_page_says_why(holder: Client, branch: Branch) -> None:
    make_branch(branch.employer, number="0002")
    number = worker(branch)
    exit_ = filed(holder, "SAL", number, fecha_salida=(TODAY - timedelta(days=3)).isoformat())
    filed(holder, "ENT", number)
    url = reverse("novedades:novedad-correct", args=[exit_.pk, 1])
    page = holder.post(url, sent("SAL", number, sucursal="0002", motivo="digitacion"), follow=True)
    assert "El trabajador volvió a entrar en esta sucursal" in said(page)


def test_an_exit_is_annulled_with_a_reason(holder: Client, branch: Branch) -> None:
    first = filed(holder, "SAL", worker(branch))
    url = reverse("novedades:novedad-annul", args=[first.pk, 1])
    assert "vuelve a constar como activo" in said(holder.get(url))
    assert holder.post(url, {"token": str(uuid.uuid4())}).status_code == 422
    sending = {"motivo": "no-ocurrio", "token": str(uuid.uuid4())}
    done = holder.post(url, sending)
    assert holder.post(url, sending).headers["Location"] == done.headers["Location"]
    assert Employment.objects.get().left_on is None
    assert "Anulada: Aviso de salida" in said(holder.get(done.headers["Location"]))
    person = Employment.objects.get().person_id
    history = holder.get(reverse("novedades:worker", args=[person]))
    annulled, _exit = history.context["worker"].rows
    assert (annulled.annulled, annulled.content) == (True, _exit.content)
    assert "Anulada" in said(history)


def test_another_reason_has_to_be_told(holder: Client, branch: Branch) -> None:
    first = filed(holder, "SAL", worker(branch))
    url = reverse("novedades:novedad-annul", args=[first.pk, 1])
    page = holder.post(url, {"motivo": "otro", "token": str(uuid.uuid4())})
    assert (page.status_code, "Escriba cuál es el motivo." in said(page)) == (422, True)


def test_an_entry_with_later_novedades_shows_them_and_is_not_annulled(holder: Client, branch: Branch) -> None:
    number = cedula()
    entry = filed(holder, "ENT", number)
    later = filed(holder, "INS", number)
    url = reverse("novedades:novedad-annul", args=[entry.pk, 1])
    page = holder.post(url, {"motivo": "no-ocurrio", "token": str(uuid.uuid4())})
    assert page.status_code == 409
    assert reverse("novedades:novedad-annul", args=[later.pk, 1]) in page.content.decode()
    assert not Novedad.objects.filter(annulled=True).exists()


def test_what_was_filed_a_moment_ago_is_undone_with_one_click(holder: Client, branch: Branch) -> None:
    first = filed(holder, "SAL", worker(branch))
    undo = reverse("novedades:filing-undo", args=[first.pk])
    assert undo in holder.get(reverse("novedades:filing", args=[first.pk])).content.decode()
    done = holder.post(undo)
    assert done.status_code == 302
    assert holder.post(undo).headers["Location"] == done.headers["Location"]
    assert Employment.objects.get().left_on is None


def test_undoing_too_late_says_so(holder: Client, branch: Branch, settings: object) -> None:
    first = filed(holder, "SAL", worker(branch))
    settings.POLICY = type(settings.POLICY)(  # type: ignore[attr-defined]
        foreigner_prefixes=("61",), working_days=False, max_bytes=1, undo_within=timedelta(0)
    )
    page = holder.post(reverse("novedades:filing-undo", args=[first.pk]))
    assert (page.status_code, "El tiempo para deshacer ya terminó" in said(page)) == (409, True)


def test_a_worker_moves_to_another_branch_with_one_receipt(holder: Client, branch: Branch) -> None:
    make_branch(branch.employer, number="0002")
    number = cedula()
    filed(holder, "ENT", number, fecha_ingreso=(TODAY - timedelta(days=9)).isoformat())
    old = Employment.objects.get()
    url = f"{reverse('novedades:change')}?relacion={old.pk}"
    page = holder.get(url).content.decode()
    assert number in page
    moved = sent("ENT", number, sucursal="0002", cargo="JEFA")
    check = holder.post(url, {**moved, "paso": "revisar"})
    assert check.status_code == 200, said(check)
    assert Employment.objects.count() == 1
    done = holder.post(url, moved)
    new = Employment.objects.get(branch__number="0002")
    old.refresh_from_db()
    assert (old.left_on, new.entered_on) == (TODAY - timedelta(days=1), TODAY)
    page = said(holder.get(done.headers["Location"]))
    assert "Registrada: Aviso de salida" in page
    assert "Registrada: Aviso de entrada" in page


def test_the_receipt_is_there_when_it_is_signed(holder: Client, branch: Branch) -> None:
    first = filed(holder, "SAL", worker(branch))
    url = reverse("novedades:filing-receipt", args=[first.pk])
    assert holder.get(url).status_code == 404
    page, asks = reverse("novedades:filing", args=[first.pk]), {"hx-request": "true"}
    assert holder.get(page, headers=asks).status_code == 204
    actions.issue_receipt(filing_id=first.pk, now=timezone.now())
    assert holder.get(page, headers=asks)["HX-Refresh"] == "true"
    response = holder.get(url)
    assert b"".join(response.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]


@pytest.mark.parametrize("who", ["another employer", "another branch"])
def test_strangers_find_nothing(holder: Client, branch: Branch, key: EmployerKey, who: str) -> None:
    first = filed(holder, "SAL", worker(branch))
    employment = Employment.objects.get()
    if who == "another employer":
        stranger = signed_in_client(Client(), make_key(make_branch(make_employer()).employer))
    else:
        other = make_branch(branch.employer, number="0002")
        limited = make_key(branch.employer, number=cedula())
        limited.branches.add(other)
        stranger = signed_in_client(Client(), limited)
    for name, arguments in (
        ("filing", [first.pk]),
        ("filing-receipt", [first.pk]),
        ("novedad-correct", [first.pk, 1]),
        ("novedad-annul", [first.pk, 1]),
    ):
        assert stranger.get(reverse(f"novedades:{name}", args=arguments)).status_code == 404
    assert stranger.post(reverse("novedades:filing-undo", args=[first.pk])).status_code == 404
    assert stranger.get(f"{reverse('novedades:change')}?relacion={employment.pk}").status_code == 404
    assert first.number not in said(stranger.get(reverse("novedades:notices")))


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client: Client) -> None:
    for url in (reverse("novedades:notices"), notice_url("ENT"), reverse("novedades:change")):
        assert client.get(url).status_code == 302


@pytest.mark.parametrize("novedad", ["XYZ", "RRT", "DEP"])
def test_a_type_without_a_form_is_not_found(holder: Client, novedad: str) -> None:
    assert holder.get(notice_url(novedad)).status_code == 404


def test_a_batch_leads_to_its_own_page(holder: Client, branch: Branch) -> None:
    from tests.novedades.labour import register

    row = register(make_employment(branch=branch), "MSU", amount=Decimal(500))
    found = holder.get(reverse("novedades:filing", args=[row.filing_id]))
    assert found.headers["Location"] == reverse("batches:filing", args=[row.filing_id])
