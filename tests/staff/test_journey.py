"""The pages of the sign-in, from the handed key to the desk."""

import logging
from datetime import timedelta

import pyotp
import pytest
from django.apps import apps
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from afilia.access.rules.sessions import SessionLimits
from afilia.access.sessions import door as employers_door
from afilia.audit.models import Entry
from afilia.staff.models import StaffMember, StaffSession
from afilia.staff.rules import Role
from afilia.staff.sessions import door
from tests.builders import KEY, NOW, make_employer, make_key, signed_in_client
from tests.staff.builders import STAFF_KEY, make_factor, make_staff, sign_in_staff

SIGN_IN, DESK = "/funcionarios/entrar/", "/funcionarios/"
CHOOSE, FACTOR, CODE = f"{SIGN_IN}clave-nueva/", f"{SIGN_IN}segundo-factor/", f"{SIGN_IN}codigo/"
OWN_KEY = "tijera nube caimito 7"
MINUTE = timedelta(minutes=1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("light_hashing")]


def sign_in(client: Client, email: str, key: str = STAFF_KEY, **more: str) -> HttpResponse:
    return client.post(SIGN_IN, {"email": email, "key": key, **more})


def handed(**changes: object) -> StaffMember:
    return make_staff(key=STAFF_KEY, handed_until=timezone.now() + timedelta(hours=1), **changes)


def app_of(page: HttpResponse) -> pyotp.TOTP:
    return pyotp.TOTP(page.context["secret"].replace(" ", ""))


def test_the_first_sign_in_chooses_a_key_and_sets_up_an_app_before_anything_else_opens(
    client: Client,
) -> None:
    member = handed()
    asked = client.get("/funcionarios/sesiones/?hoja=2")
    assert asked["Location"] == f"{SIGN_IN}?next=%2Ffuncionarios%2Fsesiones%2F%3Fhoja%3D2"
    wanted = client.get(asked["Location"]).context["next"]
    assert sign_in(client, member.email, next=wanted)["Location"] == CHOOSE
    for page in (DESK, "/funcionarios/sesiones/", "/funcionarios/equipo/"):
        assert client.get(page)["Location"] == CHOOSE
    assert client.get(FACTOR)["Location"] == f"{SIGN_IN}?fin=paso"
    weak = client.post(CHOOSE, {"new_key": "quito2026", "repeat": "quito2026"})
    assert "La clave es muy corta" in weak.content.decode()
    assert client.post(CHOOSE, {"new_key": OWN_KEY, "repeat": OWN_KEY})["Location"] == FACTOR
    assert client.get(DESK)["Location"] == FACTOR
    page = client.get(FACTOR)
    assert "Para funcionarios es obligatorio" in page.content.decode()
    assert "present" not in page.context["form"].fields
    assert "no es correcto" in client.post(FACTOR, {"code": "12"}).content.decode()
    assert client.get(DESK)["Location"] == FACTOR
    shown = client.post(FACTOR, {"code": app_of(page).now()})
    assert len(shown.context["codes"]) == 10
    assert shown.context["onward"] == "/funcionarios/sesiones/?hoja=2"
    assert "no-store" in shown["Cache-Control"]
    assert client.get(DESK).status_code == 200
    events = [*Entry.objects.order_by("pk").values_list("event", "actor")]
    name = f"staff:{member.pk}"
    assert events == [
        ("sign-in.accepted", name),
        ("key.chosen", name),
        ("second-factor.refused", name),
        ("second-factor.on", name),
        ("session.started", name),
    ]


def test_later_sign_ins_ask_for_the_code_alone(client: Client) -> None:
    member = make_staff(key=STAFF_KEY)
    app = make_factor(member)
    assert sign_in(client, member.email, next="/funcionarios/clave/")["Location"] == CODE
    assert client.get(DESK)["Location"] == CODE
    before = client.cookies["sessionid"].value
    assert "no es correcto" in client.post(CODE, {"code": "000000"}).content.decode()
    assert client.post(CODE, {"code": app.now()})["Location"] == "/funcionarios/clave/"
    assert client.cookies["sessionid"].value != before
    client.cookies["sessionid"] = before
    assert client.get(DESK)["Location"].startswith(SIGN_IN)


def test_who_has_a_key_and_no_app_sets_one_up(client: Client) -> None:
    member = make_staff(key=STAFF_KEY)
    assert sign_in(client, member.email)["Location"] == FACTOR
    assert client.post(FACTOR, {"code": app_of(client.get(FACTOR)).now()}).status_code == 200
    assert client.get(DESK).status_code == 200


def test_a_second_browser_takes_the_setting_up_over(client: Client) -> None:
    member, other = make_staff(key=STAFF_KEY), Client()
    sign_in(client, member.email)
    first = app_of(client.get(FACTOR))
    sign_in(other, member.email)
    assert client.post(FACTOR, {"code": first.now()})["Location"] == f"{SIGN_IN}?fin=paso"
    assert other.post(FACTOR, {"code": app_of(other.get(FACTOR)).now()}).status_code == 200


@pytest.mark.parametrize("page", [CHOOSE, FACTOR, CODE])
def test_no_step_opens_without_the_key_before_it(client: Client, page: str) -> None:
    for answer in (client.get(page), client.post(page, {"code": "1", "new_key": OWN_KEY, "repeat": OWN_KEY})):
        assert (answer.status_code, answer["Location"]) == (302, f"{SIGN_IN}?fin=paso")
    assert "Pasó mucho tiempo" in client.get(f"{SIGN_IN}?fin=paso").content.decode()


def test_ten_minutes_after_the_key_it_is_asked_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    member = make_staff(key=STAFF_KEY)
    app = make_factor(member)
    sign_in(client, member.email)
    begun = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: begun + 10 * MINUTE)
    assert client.post(CODE, {"code": app.at(begun)})["Location"] == f"{SIGN_IN}?fin=paso"


def test_answer_is_the_same_for_accounts_that_exist_are_ended_or_do_not(client: Client) -> None:
    def shown(email: str) -> str:
        page = sign_in(client, email, "no es esta")
        token = page.context["csrf_token"]
        return page.content.decode().replace(email, "").replace(str(token), "")

    pages = {
        shown(make_staff(key=STAFF_KEY).email),
        shown(make_staff(key=STAFF_KEY, ended_at=NOW).email),
        shown("nadie@example.org"),
    }
    assert len(pages) == 1
    assert "El correo o la clave no son correctos" in pages.pop()


@pytest.mark.parametrize("written", ["", "nadie", "nadie@"])
def test_what_is_no_address_is_explained_and_counts_nowhere(client: Client, written: str) -> None:
    page = sign_in(client, written).content.decode()
    assert ("Escriba su correo" in page) or ("Escriba un correo completo" in page)
    assert not Entry.objects.exists()


def test_lock_says_how_long_to_wait(client: Client) -> None:
    email = make_staff(key=STAFF_KEY).email
    pages = [sign_in(client, email, "mal") for _ in range(5)]
    assert [page.status_code for page in pages] == [200] * 4 + [429]
    assert "espere 1 minuto y" in pages[-1].content.decode()


def test_a_handed_key_too_old_sends_to_the_supervisor(client: Client) -> None:
    member = make_staff(key=STAFF_KEY, handed_until=timezone.now())
    assert "Pida otra a quien supervisa su equipo" in sign_in(client, member.email).content.decode()


@pytest.mark.parametrize("address", ["https://example.com/", "//example.com/", "javascript:alert(1)", ""])
def test_sign_in_leads_to_no_other_site(client: Client, address: str) -> None:
    member = make_staff(key=STAFF_KEY)
    app = make_factor(member)
    sign_in(client, member.email, next=address)
    assert client.post(CODE, {"code": app.now()})["Location"] == DESK


def test_an_employers_session_and_an_officials_never_share_a_browser(client: Client) -> None:
    key, member = make_key(make_employer()), make_staff(key=STAFF_KEY)
    app = make_factor(member)
    signed_in_client(client, key)
    sign_in(client, member.email)
    assert employers_door.entry not in client.session
    client.post(CODE, {"code": app.now()})
    assert door.entry in client.session
    assert key.sessions.get().ended_at is not None
    client.post("/empleadores/ingresar/", {"number": key.number, "key": KEY})
    assert door.entry not in client.session
    assert employers_door.entry in client.session
    assert StaffSession.objects.get().ended_at is not None
    assert client.get("/empleadores/sesiones/").status_code == 200


def test_an_officials_session_opens_no_page_of_an_employer(client: Client) -> None:
    sign_in_staff(client, make_staff())
    for page in ("/empleadores/sesiones/", "/empleadores/batch/"):
        assert client.get(page)["Location"].startswith("/empleadores/ingresar/")


@pytest.mark.parametrize(
    ("age", "idle", "reason"),
    [
        (timedelta(minutes=30), timedelta(minutes=30), "inactividad"),
        (timedelta(hours=8), timedelta(), "limite"),
    ],
)
def test_session_ends_when_it_is_not_used_and_at_its_longest(
    client: Client, settings: object, age: timedelta, idle: timedelta, reason: str
) -> None:
    settings.SESSION_LIMITS = SessionLimits(idle=timedelta(minutes=30), longest=timedelta(hours=8))  # type: ignore[attr-defined]
    sign_in_staff(client, make_staff())
    now = timezone.now()
    StaffSession.objects.update(started_at=now - age, seen_at=now - idle)
    answer = client.get(DESK)
    assert answer["Location"] == f"{SIGN_IN}?next=%2Ffuncionarios%2F&fin={reason}"
    assert client.get(answer["Location"]).status_code == 200


def test_use_is_written_down_and_what_pages_fetch_is_none(client: Client) -> None:
    sign_in_staff(client, make_staff())
    before = timezone.now() - 5 * MINUTE
    StaffSession.objects.update(seen_at=before)
    client.get("/funcionarios/sesiones/tiempo/", headers={"HX-Request": "true"})
    assert StaffSession.objects.get().seen_at == before
    client.get(DESK)
    assert StaffSession.objects.get().seen_at > before


def test_an_open_page_warns_and_asks_at_the_addresses_of_the_desk(client: Client) -> None:
    sign_in_staff(client, make_staff())
    page = client.get(DESK).content.decode()
    assert 'hx-get="/funcionarios/sesiones/tiempo/"' in page
    StaffSession.objects.update(seen_at=timezone.now() - 29 * MINUTE)
    warning = client.get("/funcionarios/sesiones/tiempo/", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-post="/funcionarios/sesiones/seguir/"' in warning
    kept = client.post("/funcionarios/sesiones/seguir/", headers={"HX-Request": "true"}).content.decode()
    assert "Su sesión sigue abierta" in kept
    assert client.post("/funcionarios/sesiones/seguir/")["Location"] == "/funcionarios/sesiones/"


def test_sessions_are_listed_and_ended(client: Client) -> None:
    member, other = make_staff(), Client()
    sign_in_staff(client, member)
    sign_in_staff(other, member)
    stranger = sign_in_staff(Client(), make_staff())
    this = StaffSession.objects.order_by("pk")[0]
    page = client.get("/funcionarios/sesiones/")
    assert len(page.context["sessions"]) == 2
    assert f"/funcionarios/sesiones/{this.pk}/terminar/" in page.content.decode()
    assert stranger.post(f"/funcionarios/sesiones/{this.pk}/terminar/").status_code == 404
    assert client.post("/funcionarios/sesiones/terminar/")["Location"] == "/funcionarios/sesiones/"
    assert other.get(DESK)["Location"].endswith("&fin=cerrada")
    assert client.post(f"/funcionarios/sesiones/{this.pk}/terminar/")["Location"] == SIGN_IN
    assert door.entry not in client.session


def test_signing_out_ends_the_session_and_is_written_down(client: Client) -> None:
    member = make_staff()
    sign_in_staff(client, member)
    cookie = client.cookies["sessionid"].value
    assert client.post("/funcionarios/salir/")["Location"] == SIGN_IN
    assert StaffSession.objects.get().ended_at is not None
    assert Entry.objects.latest("pk").event == "sign-out"
    client.cookies["sessionid"] = cookie
    assert client.get(DESK)["Location"].startswith(SIGN_IN)
    assert Client().post("/funcionarios/salir/")["Location"] == SIGN_IN


def test_a_number_of_a_session_opens_nothing_in_another_browser(client: Client) -> None:
    sign_in_staff(Client(), make_staff())
    session = client.session
    session[door.entry] = StaffSession.objects.get().pk
    session.save()
    client.cookies["sessionid"] = session.session_key
    assert client.get(DESK).status_code == 302


def test_the_key_is_changed_in_the_page(client: Client) -> None:
    member = make_staff(key=STAFF_KEY)
    sign_in_staff(client, member)
    page = client.get("/funcionarios/clave/").content.decode()
    assert "no contiene sus nombres ni su correo" in page
    assert f'value="{member.email}"' in page
    form = {"present": "mal", "new_key": OWN_KEY, "repeat": OWN_KEY}
    assert "La clave actual no es correcta" in client.post("/funcionarios/clave/", form).content.decode()
    same = {"present": STAFF_KEY, "new_key": STAFF_KEY, "repeat": STAFF_KEY}
    assert "esta es la que ya tiene" in client.post("/funcionarios/clave/", same).content.decode()
    assert (
        client.post("/funcionarios/clave/", form | {"present": STAFF_KEY})["Location"]
        == "/funcionarios/sesiones/"
    )
    assert client.get(DESK).status_code == 200


def test_neither_keys_nor_codes_are_in_a_row_or_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    member = handed(roles=[Role.COUNTER.value])
    sign_in(client, member.email)
    client.post(CHOOSE, {"new_key": OWN_KEY, "repeat": OWN_KEY})
    app = app_of(client.get(FACTOR))
    codes = client.post(FACTOR, {"code": app.now()}).context["codes"]
    sign_in(client, member.email, OWN_KEY)
    assert client.post(CODE, {"code": codes[0]}).status_code == 302
    written = caplog.text + "".join(capfd.readouterr())
    for model in apps.get_app_config("staff").get_models():
        for row in model.objects.values_list():
            written += str([bytes(each) if isinstance(each, memoryview) else each for each in row])
    for row in Entry.objects.values_list():
        written += str(row)
    typed = [
        STAFF_KEY,
        OWN_KEY,
        app.secret,
        codes[0],
        codes[0].replace("-", ""),
        client.cookies["afilia_device"].value,
    ]
    assert [text for text in typed if text in written] == []


def test_the_demo_shows_the_code_and_production_does_not(client: Client, settings: object) -> None:
    member = make_staff(key=STAFF_KEY)
    app = make_factor(member)
    sign_in(client, member.email)
    page = client.get(CODE)
    assert "Solo en la demostración" in page.content.decode()
    assert page.context["code_of_demo"] in {
        app.at(timezone.now()),
        app.at(timezone.now() - timedelta(seconds=30)),
    }
    settings.DEMO = False  # type: ignore[attr-defined]
    assert "Solo en la demostración" not in client.get(CODE).content.decode()


def test_a_sign_in_from_a_new_device_is_told_by_mail_once(client: Client, settings: object) -> None:
    from afilia.notices.models import Message

    member = make_staff(key=STAFF_KEY)
    make_factor(member, codes=["bcdfg23456", "bcdfg23457"])
    for code in ("bcdfg23456", "bcdfg23457"):
        sign_in(client, member.email)
        client.post(CODE, {"code": code})
    subjects = [*Message.objects.order_by("pk").values_list("subject", flat=True)]
    assert subjects.count("Ingreso desde un equipo nuevo") == 1
