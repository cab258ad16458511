from datetime import date

import pytest

from afilia.audit.models import Entry
from afilia.employers.models import Employer, Registration
from afilia.identifiers.person import cedula_check_digit
from afilia.registration.models import Draft
from afilia.registries.models import CivilRecord, SriLoad, SriRecord
from tests.builders import cedula, make_employer
from tests.conftest import RunJobs
from tests.registration.conftest import ANSWERS, Applicant, MakeApplicant, make_taxpayer, of_company

pytestmark = pytest.mark.django_db


def personal_ruc(third: str = "1") -> str:
    nine = f"17{third}{cedula()[3:9]}"
    return f"{nine}{cedula_check_digit(nine)}001"


def test_company_is_registered_page_by_page(applicant: Applicant) -> None:
    ruc = make_taxpayer()
    make_taxpayer(ruc=ruc, number=2, trade_name="", canton="GUAYAQUIL", province="GUAYAS")
    make_taxpayer(ruc=ruc, number=3, state="CER")
    applicant.answer(until="contribuyente", **of_company(ruc))
    page = applicant.page("contribuyente")
    for part in ("COMERCIAL DE PRUEBA S. A.", ruc, "ACTIVO", "TIENDA", "GUAYAQUIL", "Cerrado"):
        assert part in page
    applicant.answer(until="sucursales", **of_company(ruc))
    page = applicant.page("sucursales")
    assert 'value="IÑAQUITO, QUITO, PICHINCHA"' in page
    assert 'value="IÑAQUITO, GUAYAQUIL, GUAYAS"' in page
    assert "Sucursal 0003" not in page
    applicant.answer(until="direccion", **of_company(ruc))
    assert '<option value="17" selected>' in applicant.page("direccion")
    response = applicant.answer(until="revisar", **of_company(ruc))
    page = applicant.page("revisar")
    for part in ("Quito, Pichincha", "0991234567", "empresa@example.com", "0001 MATRIZ", "El representante"):
        assert part in page
    assert not Employer.objects.exists()
    response = applicant.answer(**of_company(ruc))
    employer = Employer.objects.get(ruc=ruc)
    number = employer.registration.number
    assert response["Location"] == f"/empleadores/registro/solicitud/{number}/"
    assert (employer.email, employer.phone) == ("empresa@example.com", "0991234567")
    assert employer.email_verified_at is not None
    assert employer.branches.get().name == "MATRIZ"
    page = applicant.client.get(response["Location"]).content.decode()
    for part in (
        number,
        "En una oficina",
        "Por la ventanilla virtual",
        "<strong>RUC.</strong>",
        "Cédula de quien representa al empleador",
    ):
        assert part in page
    assert "pasaporte" not in page


def test_domestic_employer_needs_no_sri(applicant: Applicant) -> None:
    number = cedula()
    CivilRecord.objects.create(cedula=number, names="LOOR PEÑA ANA LUCIA", birth_on=date(1980, 1, 1))
    domestic = {"clase": {"kind": "domestic"}, "persona": {"number": number, "names": "Ana Loor Peña"}}
    response = applicant.answer(**domestic)
    employer = Employer.objects.get()
    assert response["Location"].endswith(f"{employer.registration.number}/")
    assert (employer.ruc, employer.name) == (f"{number}000", "Ana Loor Peña")
    assert employer.branches.get().number == "0001"
    assert employer.representative.confirmed_at is not None
    assert "<strong>RUC.</strong>" not in applicant.client.get(response["Location"]).content.decode()


def test_person_whom_the_civil_register_does_not_know_is_not_confirmed(applicant: Applicant) -> None:
    domestic = {"clase": {"kind": "domestic"}, "persona": {"number": cedula(), "names": "Ana Loor"}}
    applicant.answer(**domestic)
    assert Employer.objects.get().representative.confirmed_at is None


@pytest.mark.parametrize("death_on", [None, date(2020, 1, 1)])
def test_cedula_with_other_names_or_of_the_dead_is_not_taken(
    applicant: Applicant, death_on: date | None
) -> None:
    number = cedula()
    names = "LOOR ANA" if death_on else "OTRA PERSONA"
    CivilRecord.objects.create(cedula=number, names=names, birth_on=date(1980, 1, 1), death_on=death_on)
    applicant.answer(until="persona", clase={"kind": "domestic"})
    response = applicant.post("persona", {"number": number, "names": "Ana Loor"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "no coinciden con el Registro Civil" in page
    assert "OTRA PERSONA" not in page


def test_foreign_person_proves_who_they_are_with_a_passport(applicant: Applicant) -> None:
    ruc = make_taxpayer(kind="PERSONA NATURAL", name="ROJAS PRUEBA CARLOS", ruc="1790085783001")
    foreign = {
        "clase": {"kind": "foreign-person"},
        "documento": {"document": "passport"},
        "representante": {"number": "ab-123456", "country": "CO", "names": "Carlos Rojas"},
    }
    response = applicant.answer(**of_company(ruc, **foreign))
    person = Employer.objects.get().representative
    assert (person.number, person.country, person.confirmed_at) == ("AB123456", "CO", None)
    assert (
        "<strong>Pasaporte.</strong> Original." in applicant.client.get(response["Location"]).content.decode()
    )


def test_foreign_person_with_a_cedula_has_that_of_the_ruc(applicant: Applicant) -> None:
    ruc = make_taxpayer(kind="PERSONA NATURAL", ruc=personal_ruc("6"))
    foreign = of_company(ruc, clase={"kind": "foreign-person"})
    applicant.answer(until="representante", **foreign)
    response = applicant.post("representante", foreign["representante"])
    assert "Esta cédula no es la del RUC" in response.content.decode()
    own = {"number": ruc[:10], "names": "Carlos Rojas"}
    assert applicant.post("representante", own)["Location"].endswith("/sucursales/")


@pytest.mark.parametrize("kind", ["person", "artisan"])
def test_natural_person_is_their_own_representative(applicant: Applicant, kind: str) -> None:
    ruc = make_taxpayer(kind="PERSONA NATURAL", name="PEÑA LUZ", ruc=personal_ruc())
    CivilRecord.objects.create(cedula=ruc[:10], names="PEÑA LUZ", birth_on=date(1980, 1, 1))
    response = applicant.answer(**of_company(ruc, clase={"kind": kind}))
    person = Employer.objects.get().representative
    assert (person.number, person.names, person.document) == (ruc[:10], "PEÑA LUZ", "cedula")
    assert person.confirmed_at is not None
    page = applicant.client.get(response["Location"]).content.decode()
    assert ("Calificación artesanal" in page) is (kind == "artisan")


def test_third_party_may_collect_the_key(applicant: Applicant) -> None:
    number = cedula()
    third = {"who": "third", "number": number, "names": "VERA PRUEBA LUIS"}
    response = applicant.answer(**of_company(make_taxpayer(), retiro=third))
    assert Registration.objects.get().collector_number == number
    assert "Cédula de la tercera persona" in applicant.client.get(response["Location"]).content.decode()


@pytest.mark.parametrize(
    ("taxpayer", "kind", "sentence"),
    [
        ({"standing": "PASIVO"}, "company", "El RUC está cerrado"),
        ({"standing": "SUSPENDIDO"}, "company", "El RUC está suspendido"),
        ({"kind": "PERSONA NATURAL"}, "company", "La clase de empleador no corresponde al RUC"),
        ({}, "public", "La clase de empleador no corresponde al RUC"),
    ],
)
def test_refusal_has_its_reason_and_a_remedy(
    applicant: Applicant, taxpayer: dict[str, str], kind: str, sentence: str
) -> None:
    response = applicant.answer(**of_company(make_taxpayer(**taxpayer), clase={"kind": kind}))
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "Nada se registró" in page
    assert 'class="govuk-button' in page
    assert Entry.objects.get(event="registration.refused").actor == "anonymous"
    assert not Employer.objects.exists()


def test_ruc_that_the_sri_does_not_know_is_refused(applicant: Applicant) -> None:
    make_taxpayer()
    response = applicant.answer(**of_company("1790085783001"))
    assert "El SRI no conoce este RUC" in response.content.decode()


def test_registered_employer_is_not_told_about(applicant: Applicant) -> None:
    employer = make_employer(email="secreto@example.com", name="NOMBRE SECRETO")
    make_taxpayer(ruc=employer.ruc)
    page = applicant.answer(**of_company(employer.ruc)).content.decode()
    assert "ya está registrado" in page
    assert "secreto" not in page.lower()


def test_register_that_is_down_decides_nothing_and_loses_nothing(applicant: Applicant) -> None:
    ruc = make_taxpayer()
    SriRecord.objects.all().delete()
    SriLoad.objects.all().delete()
    response = applicant.answer(**of_company(ruc))
    assert response.status_code == 503
    assert "ni registramos ni rechazamos" in response.content.decode()
    assert 'href="/empleadores/registro/' in response.content.decode()
    make_taxpayer(ruc=ruc)
    assert applicant.answer(**of_company(ruc))["Location"].startswith("/empleadores/registro/solicitud/")


def test_register_is_asked_again_at_the_end(applicant: Applicant) -> None:
    ruc = make_taxpayer()
    applicant.answer(until="revisar", **of_company(ruc))
    SriRecord.objects.filter(ruc=ruc).update(standing="SUSPENDIDO")
    response = applicant.post("revisar", {})
    assert "El RUC está suspendido" in response.content.decode()
    assert not Employer.objects.exists()
    SriRecord.objects.filter(ruc=ruc).update(standing="ACTIVO")
    assert applicant.post("revisar", {}).status_code == 302


def test_of_two_who_reach_the_end_the_second_is_told(make_applicant: MakeApplicant) -> None:
    ruc = make_taxpayer()
    first, second = make_applicant(), make_applicant()
    for one in (first, second):
        one.answer(until="revisar", **of_company(ruc))
    assert first.post("revisar", {}).status_code == 302
    page = second.post("revisar", {}).content.decode()
    assert "ya está registrado" in page
    assert Employer.objects.count() == 1


def test_sending_the_last_page_twice_registers_once(applicant: Applicant) -> None:
    applicant.answer(until="revisar", **of_company(make_taxpayer()))
    first = applicant.post("revisar", {})
    second = applicant.post("revisar", {})
    assert first["Location"] == second["Location"]
    assert applicant.client.get(f"{applicant.address}ruc/")["Location"] == first["Location"]
    assert Registration.objects.count() == 1
    assert Draft.objects.get().sealed is None


@pytest.mark.parametrize(
    ("step", "answer", "sentence"),
    [
        ("clase", {}, "Elija una clase de empleador."),
        ("clase", {"kind": "x"}, "Escoja una opción válida"),
        ("ruc", {"ruc": "123"}, "El RUC tiene 13 dígitos."),
        ("ruc", {"ruc": "1710034064001"}, "Revise el RUC"),
        ("ruc", {"ruc": "1710034065000"}, "Revise el RUC"),
        ("representante", {"number": "1710034064", "names": "A"}, "no es una cédula"),
        ("representante", {"number": "1710034065"}, "Escriba los nombres"),
        ("direccion", {"province": "99", "canton": "Q", "street": "S"}, "Escoja una opción válida"),
        ("telefono", {"phone": "123"}, "Revise el teléfono"),
        ("correo", {"email": "nada"}, "Escriba un correo completo"),
        ("codigo", {"code": "000000x"}, "El código no es correcto"),
        ("retiro", {"who": "third"}, "Escriba el número de cédula."),
        ("retiro", {}, "Elija quién retirará la clave."),
    ],
)
def test_wrong_answer_is_asked_again(
    applicant: Applicant, step: str, answer: dict[str, str], sentence: str
) -> None:
    applicant.answer(until=step, **of_company(make_taxpayer()))
    response = applicant.post(step, answer)
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_branches_are_added_changed_and_removed(applicant: Applicant) -> None:
    applicant.answer(until="sucursales", **of_company(make_taxpayer()))
    one = ANSWERS["sucursales"]
    page = applicant.post("sucursales", {**one, "do": "add"}).content.decode()
    assert "Sucursal 0002" in page
    assert 'value="Av. de Prueba N1-23"' in page
    two = {**one, "places-TOTAL_FORMS": "2", "places-1-name": "BODEGA", "places-1-address": "Calle 2"}
    applicant.post("sucursales", two)
    removed = {**two, "places-0-DELETE": "on"}
    applicant.post("sucursales", removed)
    assert 'value="BODEGA"' in applicant.page("sucursales")
    assert 'value="MATRIZ"' not in applicant.page("sucursales")
    nothing = applicant.post("sucursales", {**one, "places-0-DELETE": "on"})
    assert "Deje por lo menos una sucursal" in nothing.content.decode()
    empty = applicant.post("sucursales", {**one, "places-0-name": ""})
    assert "0001: Escriba el nombre de la sucursal." in empty.content.decode()
    assert applicant.post("sucursales", {"nothing": "at all"}).status_code == 422


def test_code_page_sends_another_and_keeps_what_was_typed(applicant: Applicant, settings: object) -> None:
    settings.EMAIL_FILE_PATH = "/tmp/mail"  # type: ignore[attr-defined]
    applicant.answer(until="codigo", **of_company(make_taxpayer()))
    page = applicant.page("codigo")
    assert "empresa@example.com" in page
    assert "data-countdown" in page
    assert "/tmp/mail" in page
    for _ in range(4):
        assert applicant.post("codigo", {"do": "send"}).status_code == 302
    refused = applicant.post("codigo", {"do": "send", "code": "12"}).content.decode()
    assert "Ya se enviaron cinco códigos" in refused
    assert 'value="12"' in refused


def test_only_so_many_registrations_an_hour_from_one_address(
    make_applicant: MakeApplicant, settings: object
) -> None:
    settings.REGISTRATIONS_PER_HOUR = 1  # type: ignore[attr-defined]
    first, second = make_applicant(), make_applicant()
    for at, one in enumerate((first, second)):
        email = {"email": f"empresa{at}@example.com"}
        one.answer(until="revisar", **of_company(make_taxpayer(), correo=email))
    assert first.post("revisar", {}).status_code == 302
    response = second.post("revisar", {})
    assert response.status_code == 429
    assert "Nada se registró" in response.content.decode()
    seen = {"seen": second.seen()}
    other = second.client.post(f"{second.address}revisar/", seen, REMOTE_ADDR="192.0.2.77")
    assert other.status_code == 302
    assert Employer.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_papers_are_made_after_the_registration(applicant: Applicant, run_jobs: RunJobs) -> None:
    applicant.answer(**of_company(make_taxpayer()))
    assert "registration.issue" in run_jobs()
    assert Entry.objects.filter(event="document.issued").count() == 2
