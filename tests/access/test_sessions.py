import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from afilia.access import actions, entering, queries, sessions
from afilia.access.models import EmployerKey, KeySession, KnownDevice
from afilia.access.rules.sessions import Ending, SessionLimits, browser, ending, system, time_left
from afilia.audit.models import Entry
from afilia.notices.models import Message
from tests.builders import KEY, NOW, make_employer, make_key, signed_in_client

SESSIONS, BATCHES = "/empleadores/sesiones/", "/empleadores/batch/"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
LIMITS = SessionLimits(idle=timedelta(minutes=30), longest=timedelta(hours=8))
MOMENT = timedelta(microseconds=1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("light_hashing")]


def sign_in(client: Client, key: EmployerKey, **headers: str) -> KeySession:
    answer = client.post(
        "/empleadores/ingresar/",
        {"number": key.number, "key": KEY},
        headers={"User-Agent": CHROME, **headers},
    )
    assert answer.status_code == 302
    return KeySession.objects.latest("pk")


@pytest.mark.parametrize(
    ("started", "seen", "ended", "why"),
    [
        (timedelta(), timedelta(), False, None),
        (timedelta(hours=8) - MOMENT, timedelta(), False, None),
        (timedelta(hours=8), timedelta(), False, Ending.LONGEST),
        (timedelta(hours=1), timedelta(minutes=30) - MOMENT, False, None),
        (timedelta(hours=1), timedelta(minutes=30), False, Ending.IDLE),
        (timedelta(hours=9), timedelta(hours=1), False, Ending.LONGEST),
        (timedelta(hours=9), timedelta(hours=1), True, Ending.CLOSED),
    ],
)
def test_session_ends_at_its_limits_to_the_microsecond(
    started: timedelta, seen: timedelta, ended: bool, why: Ending | None
) -> None:
    over = ending(started_at=NOW - started, seen_at=NOW - seen, ended=ended, now=NOW, limits=LIMITS)
    assert over is why


@pytest.mark.parametrize(
    ("agent", "called"),
    [
        (CHROME, ("Chrome", "Windows")),
        (f"{CHROME} Edg/140.0", ("Edge", "Windows")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", ("Firefox", "Linux")),
        (
            "Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36",
            ("Samsung Internet", "Android"),
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Mobile/15E148 Safari/604.1",
            ("Safari", "iPhone"),
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.6 Safari/605.1.15", ("Safari", "macOS")),
        ("curl/8.0", ("", "")),
        ("", ("", "")),
    ],
)
def test_browsers_are_called_by_their_names(agent: str, called: tuple[str, str]) -> None:
    assert (browser(agent), system(agent)) == called


@pytest.mark.parametrize(
    ("field", "age", "fin"),
    [
        ("seen_at", timedelta(minutes=30, seconds=1), "inactividad"),
        ("started_at", timedelta(hours=8, seconds=1), "limite"),
    ],
)
def test_who_was_away_is_told_so_and_comes_back_to_the_same_page(
    client: Client, field: str, age: timedelta, fin: str
) -> None:
    key = make_key(make_employer())
    signed_in_client(client, key)
    assert client.get(BATCHES).status_code == 200
    KeySession.objects.update(**{field: timezone.now() - age})
    answer = client.get(f"{BATCHES}?hoja=2")
    assert answer["Location"] == f"/empleadores/ingresar/?next=%2Fempleadores%2Fbatch%2F%3Fhoja%3D2&fin={fin}"
    page = client.get(answer["Location"])
    assert "Lo que ya registró está guardado" in page.content.decode()
    signed = client.post(
        "/empleadores/ingresar/", {"number": key.number, "key": KEY, "next": page.context["next"]}
    )
    assert signed["Location"] == f"{BATCHES}?hoja=2"


def test_a_form_sent_too_late_leads_back_to_its_page(client: Client) -> None:
    signed_in_client(client, make_key(make_employer()))
    KeySession.objects.update(seen_at=timezone.now() - timedelta(hours=1))
    for referer, where in (
        ("http://testserver/empleadores/sesiones/", "?next=%2Fempleadores%2Fsesiones%2F&fin=inactividad"),
        ("https://example.com/empleadores/", "?fin=inactividad"),
    ):
        answer = client.post("/empleadores/sesiones/terminar/", headers={"Referer": referer})
        assert answer["Location"] == f"/empleadores/ingresar/{where}"


def test_use_is_written_down_once_a_minute_and_not_for_what_pages_fetch_by_themselves(client: Client) -> None:
    signed_in_client(client, make_key(make_employer()))

    def seen_after(age: timedelta, **headers: str) -> bool:
        before = timezone.now() - age
        KeySession.objects.update(seen_at=before)
        assert client.get(SESSIONS, headers=headers).status_code == 200
        return KeySession.objects.get().seen_at != before

    assert not seen_after(timedelta(seconds=50))
    assert seen_after(timedelta(seconds=61))
    assert not seen_after(timedelta(minutes=20), **{"HX-Request": "true"})
    assert seen_after(timedelta(minutes=20))


def test_page_lists_the_open_sessions_of_the_key_and_marks_this_one(client: Client) -> None:
    employer = make_employer()
    key, other = make_key(employer), make_key(employer)
    sign_in(Client(), other)
    over = sign_in(Client(), key)
    KeySession.objects.filter(pk=over.pk).update(seen_at=timezone.now() - timedelta(hours=1))
    old = sign_in(Client(REMOTE_ADDR="198.51.100.77"), key)
    this = sign_in(client, key)
    page = client.get(SESSIONS)
    assert [row.pk for row in page.context["sessions"]] == [this.pk, old.pk]
    text = re.sub(r"\s+", " ", page.content.decode())
    assert text.count("Chrome en Windows") == 3  # one of them on a button
    assert text.count("Esta sesión") == 1
    assert "198.51.100.0/24" in text
    assert "198.51.100.77" not in text


def test_one_session_is_ended_and_the_other_goes_on(client: Client) -> None:
    key, there = make_key(make_employer()), Client()
    ended = sign_in(there, key)
    sign_in(client, key)
    assert client.post(f"{SESSIONS}{ended.pk}/terminar/")["Location"] == SESSIONS
    assert client.get(SESSIONS).status_code == 200
    assert "fin=cerrada" in there.get(BATCHES)["Location"]
    entry = Entry.objects.latest("pk")
    assert (entry.event, entry.facts) == ("session.ended", {"session": ended.pk})


def test_ending_this_session_signs_out(client: Client) -> None:
    this = sign_in(client, make_key(make_employer()))
    assert client.post(f"{SESSIONS}{this.pk}/terminar/")["Location"] == "/"
    assert client.get(SESSIONS)["Location"] == f"/empleadores/ingresar/?next={SESSIONS.replace('/', '%2F')}"


def test_all_others_are_ended_and_this_one_stays(client: Client) -> None:
    key, others = make_key(make_employer()), [Client() for _ in range(3)]
    for other in others:
        sign_in(other, key)
    sign_in(client, key)
    page = client.post(f"{SESSIONS}terminar/", follow=True)
    assert "Terminaron 3 sesiones." in page.content.decode()
    assert len(page.context["sessions"]) == 1
    assert {other.get(BATCHES).status_code for other in others} == {302}


def test_nobody_ends_a_session_of_another_key(client: Client) -> None:
    employer = make_employer()
    stranger = sign_in(Client(), make_key(employer))
    sign_in(client, make_key(employer))
    assert client.post(f"{SESSIONS}{stranger.pk}/terminar/").status_code == 404
    assert client.post(f"{SESSIONS}{stranger.pk + 1_000}/terminar/").status_code == 404
    assert client.post(f"{SESSIONS}terminar/").status_code == 302
    stranger.refresh_from_db()
    assert stranger.ended_at is None


def test_the_rows_of_a_session_hold_no_session_key_and_no_cookie(client: Client) -> None:
    sign_in(client, make_key(make_employer()))
    cookies = [client.cookies["sessionid"].value, client.cookies[entering.DEVICE_COOKIE].value]
    for model in (KeySession, KnownDevice):
        row = "".join(
            (bytes(value).hex() + repr(bytes(value))) if isinstance(value, memoryview | bytes) else str(value)
            for value in model.objects.values_list()[0]
        )
        assert not [cookie for cookie in cookies if cookie in row]


def test_a_number_of_a_session_opens_nothing_in_another_browser(client: Client) -> None:
    opened = sign_in(Client(), make_key(make_employer()))
    session = client.session
    session[sessions.door.entry] = opened.pk
    session.save()
    assert "fin=cerrada" in client.get(BATCHES)["Location"]


def test_first_use_of_a_device_is_told_by_mail_and_later_uses_are_not(client: Client) -> None:
    employer = make_employer()
    key = make_key(employer)
    sign_in(client, key)
    message = Message.objects.get()
    assert (message.to, message.subject) == (employer.email, "Ingreso desde un equipo nuevo")
    assert "Equipo: Chrome en Windows\nRed: 127.0.0.0/24\nFecha: " in message.text
    assert f"{settings.PUBLIC_URL}/empleadores/clave/cambiar/" in message.text
    sign_in(client, key)
    assert Message.objects.count() == 1
    sign_in(Client(), key)
    assert Message.objects.count() == 2
    make_key(employer, number=key.number, now=NOW + timedelta(days=1))
    sign_in(client, key)
    assert Message.objects.count() == 3


def test_device_cookie_is_out_of_reach_of_scripts_and_lasts(client: Client) -> None:
    sign_in(client, make_key(make_employer()))
    cookie = client.cookies[entering.DEVICE_COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert cookie["max-age"] == 400 * 24 * 60 * 60
    assert re.fullmatch(r"[0-9a-f]{32}", cookie.value)


@pytest.mark.parametrize("cookie", ["", "x", "d" * 33, "ñ" * 32, "d" * 31 + "\t"])
def test_a_cookie_that_is_none_of_ours_is_replaced(client: Client, cookie: str) -> None:
    client.cookies[entering.DEVICE_COOKIE] = cookie
    sign_in(client, make_key(make_employer()))
    assert re.fullmatch(r"[0-9a-f]{32}", client.cookies[entering.DEVICE_COOKIE].value)


def test_an_employer_without_e_mail_is_told_nothing(client: Client) -> None:
    sign_in(client, make_key(make_employer(email="")))
    assert not Message.objects.exists()


def test_tidying_forgets_sessions_that_are_over_and_devices_long_unused() -> None:
    key = make_key(make_employer())

    def open_session(name: str, now: object, device: str) -> KeySession:
        return actions.open_session(
            key=key, session_key=name, device=device * 32, agent="", address="", now=now
        )

    open_session("long ago", NOW - timedelta(days=401), "a")
    open_session("past the limit", NOW - settings.SESSION_LIMITS.longest, "b")
    ended = open_session("ended", NOW, "c")
    actions.end_session(holder=queries.holder(key), session_id=ended.pk, now=NOW)
    kept = open_session("open", NOW, "c")
    actions.tidy(now=NOW)
    assert [*KeySession.objects.all()] == [kept]
    assert KnownDevice.objects.count() == 2


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", SESSIONS),
        ("get", f"{SESSIONS}tiempo/"),
        ("post", f"{SESSIONS}seguir/"),
        ("post", f"{SESSIONS}1/terminar/"),
        ("post", f"{SESSIONS}terminar/"),
        ("get", "/empleadores/clave/cambiar/"),
        ("post", "/empleadores/clave/cambiar/"),
        ("get", "/empleadores/segundo-factor/"),
        ("post", "/empleadores/segundo-factor/"),
        ("get", "/empleadores/segundo-factor/activar/"),
        ("post", "/empleadores/segundo-factor/activar/"),
        ("get", "/empleadores/segundo-factor/desactivar/"),
        ("post", "/empleadores/segundo-factor/desactivar/"),
    ],
)
def test_who_is_not_signed_in_is_led_to_the_sign_in(client: Client, method: str, address: str) -> None:
    answer = getattr(client, method)(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/empleadores/ingresar/")


@pytest.mark.parametrize("address", [f"{SESSIONS}1/terminar/", f"{SESSIONS}terminar/"])
def test_looking_ends_no_session(client: Client, address: str) -> None:
    sign_in(client, make_key(make_employer()))
    assert client.get(address).status_code == 405


@pytest.mark.parametrize(
    ("started", "seen", "left", "why"),
    [
        (timedelta(), timedelta(), timedelta(minutes=30), Ending.IDLE),
        (timedelta(hours=7), timedelta(minutes=29), timedelta(minutes=1), Ending.IDLE),
        (timedelta(hours=7, minutes=50), timedelta(), timedelta(minutes=10), Ending.LONGEST),
        (timedelta(hours=7, minutes=59), timedelta(minutes=29), timedelta(minutes=1), Ending.LONGEST),
    ],
)
def test_time_left_is_that_of_the_limit_that_comes_first(
    started: timedelta, seen: timedelta, left: timedelta, why: Ending
) -> None:
    found = time_left(started_at=NOW - started, seen_at=NOW - seen, now=NOW, limits=LIMITS)
    assert (found.time, found.ending) == (left, why)
    assert found.unwarned == max(timedelta(), left - timedelta(minutes=2))


def test_an_open_page_warns_before_the_session_is_over_and_can_keep_it(client: Client) -> None:
    signed_in_client(client, make_key(make_employer()))
    swap = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{BATCHES}"}
    page = client.get(BATCHES).content.decode()
    delay = re.search(r"load delay:(\d+)ms", page)
    assert delay is not None
    assert 27.9 < int(delay[1]) / 60_000 <= 28.1

    def watch(**ages: timedelta) -> str:
        KeySession.objects.update(**{name: timezone.now() - age for name, age in ages.items()})
        return client.get(f"{SESSIONS}tiempo/", headers=swap).content.decode()

    assert "app-watch" not in watch(seen_at=timedelta(minutes=27, seconds=50))
    assert "Continuar en la sesión" in watch(seen_at=timedelta(minutes=28, seconds=1))
    kept = client.post(f"{SESSIONS}seguir/", headers=swap)
    assert "Su sesión sigue abierta" in kept.content.decode()
    assert timezone.now() - KeySession.objects.get().seen_at < timedelta(minutes=1)
    assert client.post(f"{SESSIONS}seguir/")["Location"] == SESSIONS
    shown = watch(started_at=timedelta(hours=7, minutes=59), seen_at=timedelta(minutes=29))
    assert "duración máxima" in shown
    assert "Continuar en la sesión" not in shown
    KeySession.objects.update(started_at=timezone.now() - timedelta(hours=8))
    answer = client.get(f"{SESSIONS}tiempo/", headers=swap)
    assert answer["HX-Redirect"] == "/empleadores/ingresar/?next=%2Fempleadores%2Fbatch%2F&fin=limite"
