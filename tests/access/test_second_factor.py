import logging
from datetime import datetime, timedelta

import pyotp
import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from afilia.access import actions, queries
from afilia.access.models import EmployerKey, KeySession, RecoveryCode, SecondFactor
from afilia.access.rules.limits import Reason, Refusal
from afilia.access.rules.second_factor import step_of, steps
from afilia.audit.models import Entry
from afilia.notices.models import Message
from tests.builders import KEY, NOW, cedula, make_employer, make_key, signed_in_client

SECOND_FACTOR, STEP = "/empleadores/segundo-factor/", "/empleadores/ingresar/codigo/"
WRONG = Refusal(reason=Reason.WRONG)
LATER = NOW + timedelta(minutes=2)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("light_hashing")]


def begin(key: EmployerKey, *, session_id: int = 0) -> pyotp.TOTP:
    holder = queries.holder(key)
    actions.begin_second_factor(holder=holder, session_id=session_id, now=NOW)
    factor = queries.second_factor_for_holder(holder)
    assert factor is not None
    return pyotp.TOTP(queries.secret(factor))


def confirm(key: EmployerKey, code: str, *, present: str = KEY, now: datetime = NOW) -> list[str] | Refusal:
    return actions.confirm_second_factor(
        holder=queries.holder(key), session_id=0, present=present, code=code, now=now
    )


def turn_on(key: EmployerKey, *, now: datetime = NOW) -> tuple[pyotp.TOTP, list[str]]:
    app = begin(key)
    codes = confirm(key, app.at(now), now=now)
    assert isinstance(codes, list)
    return app, codes


def type_code(
    key: EmployerKey, code: str, *, now: datetime = LATER, address: str = "192.0.2.7"
) -> Refusal | None:
    return actions.pass_second_factor(key=key, code=code, now=now, address=address)


def sign_in(client: Client, key: EmployerKey, **more: str) -> str:
    return client.post("/empleadores/ingresar/", {"number": key.number, "key": KEY, **more})["Location"]


@pytest.mark.parametrize(
    ("offset", "counts"),
    [(-31, False), (-30, True), (0, True), (30, True), (59, True), (60, False)],
)
def test_code_counts_one_step_early_or_late(offset: int, counts: bool) -> None:
    app = pyotp.TOTP(pyotp.random_base32())
    start = datetime.fromtimestamp(NOW.timestamp() // 30 * 30, NOW.tzinfo)
    code = app.at(start + timedelta(seconds=offset))
    assert (step_of(code, among=steps(start), after=0, code_of=app.generate_otp) is not None) is counts


@given(st.integers(0, 999_999), st.integers(0, 10))
def test_no_step_counts_that_was_used_or_passed(number: int, after: int) -> None:
    step = step_of(f"{number:06d}", among=range(10), after=after, code_of=lambda _step: f"{number:06d}")
    assert step is None if after >= 9 else step == after + 1


def test_it_is_on_only_after_a_right_code_and_the_right_key() -> None:
    key = make_key(make_employer())
    app = begin(key)
    assert not queries.has_second_factor(key)
    assert confirm(key, app.at(NOW - timedelta(minutes=5))) == WRONG
    assert confirm(key, app.at(NOW), present="mal") == WRONG
    assert not queries.has_second_factor(key)
    codes = confirm(key, app.at(NOW))
    assert isinstance(codes, list)
    assert len(set(codes)) == 10
    assert queries.has_second_factor(key)
    assert confirm(key, app.at(LATER), now=LATER) == WRONG  # a second time makes no other codes


def test_neither_secret_nor_codes_can_be_read_from_the_database() -> None:
    key = make_key(make_employer())
    app, codes = turn_on(key)
    factor = SecondFactor.objects.get()
    kept = bytes(factor.sealed) + b"".join(bytes(row.digest) for row in RecoveryCode.objects.all())
    assert app.secret.encode() not in kept
    for code in codes:
        assert code.encode() not in kept
        assert code.replace("-", "").encode() not in kept


def test_a_code_is_used_once_even_by_who_turned_it_on() -> None:
    key = make_key(make_employer())
    app, _ = turn_on(key)
    assert type_code(key, app.at(NOW), now=NOW) == WRONG
    assert type_code(key, app.at(LATER)) is None
    assert type_code(key, app.at(LATER)) == WRONG
    assert type_code(key, app.at(LATER - timedelta(seconds=30))) == WRONG  # older than the last one used
    assert type_code(key, app.at(LATER + timedelta(seconds=30))) is None


@pytest.mark.parametrize("written", ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}"])
def test_blanks_in_a_code_do_not_matter(written: str) -> None:
    key = make_key(make_employer())
    app, _ = turn_on(key)
    assert type_code(key, written.format(app.at(LATER))) is None


@pytest.mark.parametrize("code", ["", "0", "áéíóúñ", "000000000000", "١٢٣٤٥٦"])
def test_any_other_text_is_wrong(code: str) -> None:
    key = make_key(make_employer())
    turn_on(key)
    assert type_code(key, code) == WRONG


def test_each_recovery_code_serves_once_and_the_employer_is_told() -> None:
    employer = make_employer()
    key, other = make_key(employer), make_key(employer)
    _, codes = turn_on(key)
    turn_on(other)
    assert type_code(other, codes[0]) == WRONG
    assert type_code(key, codes[0].upper().replace("-", " ")) is None
    assert type_code(key, codes[0]) == WRONG
    assert type_code(key, codes[9]) is None
    message = Message.objects.latest("pk")
    assert (message.to, message.subject) == (employer.email, "Se usó un código de respaldo")
    assert "Códigos que quedan: 8" in message.text
    assert codes[9] not in message.text


def test_five_wrong_codes_make_even_the_right_one_wait() -> None:
    key = make_key(make_employer())
    app, _ = turn_on(key)
    answers = [type_code(key, "nada") for _ in range(6)]
    assert answers[:4] == [WRONG] * 4
    assert [answer and answer.reason for answer in answers[4:]] == [Reason.LOCKED] * 2
    refusal = type_code(key, app.at(LATER))
    assert refusal == Refusal(reason=Reason.LOCKED, wait=timedelta(minutes=1))
    minute_later = LATER + timedelta(minutes=1)
    assert type_code(key, app.at(minute_later), now=minute_later) is None


def test_who_stole_the_key_makes_no_recovery_code_useless_by_guessing() -> None:
    key = make_key(make_employer())
    _, codes = turn_on(key)
    for guess in ("000000", "bbbbb-bbbbb"):
        for _ in range(6):
            last = type_code(key, guess, address="198.51.100.7")
        assert last is not None
        assert last.reason is Reason.LOCKED
    assert type_code(key, codes[0]) is None


def test_guesses_of_recovery_codes_from_one_address_wait_too() -> None:
    key = make_key(make_employer())
    _, codes = turn_on(key)
    for _ in range(5):
        type_code(key, "bbbbb-bbbbb")
    assert type_code(key, codes[0]) == Refusal(reason=Reason.LOCKED, wait=timedelta(minutes=1))
    assert type_code(key, codes[0], now=LATER + timedelta(minutes=1)) is None


def test_page_of_the_code_says_that_a_recovery_code_serves_while_the_others_wait(client: Client) -> None:
    key = make_key(make_employer())
    _, codes = turn_on(key, now=timezone.now() - timedelta(minutes=5))
    sign_in(client, key)
    pages = [client.post(STEP, {"code": "000000"}) for _ in range(5)]
    assert pages[4].status_code == 429
    said = ["uno de sus códigos de respaldo." in str(page.context["form"].errors) for page in pages]
    assert said == [False] * 4 + [True]
    assert client.post(STEP, {"code": codes[0]})["Location"] == "/empleadores/"


def test_a_changed_key_does_not_clear_the_guesses_at_its_codes() -> None:
    employer = make_employer()
    key = make_key(employer)
    app, _ = turn_on(key)
    for _ in range(5):
        type_code(key, "000000")
    make_key(employer, number=key.number, key="la nueva", now=LATER)
    refusal = type_code(key, app.at(LATER))
    assert refusal is not None
    assert refusal.reason is Reason.LOCKED


def test_a_secret_serves_only_in_the_session_that_saw_it() -> None:
    key = make_key(make_employer())
    thief, owner = (signed_in_client(Client(), key) for _ in range(2))
    stolen = thief.post(SECOND_FACTOR, follow=True).context["secret"]
    assert owner.get(f"{SECOND_FACTOR}activar/")["Location"] == SECOND_FACTOR
    secret = owner.post(SECOND_FACTOR, follow=True).context["secret"]
    assert secret != stolen
    assert thief.get(f"{SECOND_FACTOR}activar/")["Location"] == SECOND_FACTOR
    app = pyotp.TOTP(secret.replace(" ", ""))
    form = {"present": KEY, "code": app.now()}
    assert thief.post(f"{SECOND_FACTOR}activar/", form)["Location"] == SECOND_FACTOR
    assert not queries.has_second_factor(key)
    assert len(owner.post(f"{SECOND_FACTOR}activar/", form).context["codes"]) == 10


def test_another_session_confirms_nothing_even_with_the_right_code() -> None:
    key = make_key(make_employer())
    app = begin(key, session_id=7)
    assert confirm(key, app.at(NOW)) == WRONG
    assert not queries.has_second_factor(key)


def test_beginning_again_leaves_a_second_factor_that_is_on() -> None:
    key = make_key(make_employer())
    app, _ = turn_on(key)
    actions.begin_second_factor(holder=queries.holder(key), session_id=0, now=LATER)
    assert type_code(key, app.at(LATER)) is None


def test_a_changed_key_forgets_a_second_factor_never_confirmed_and_keeps_one_that_is_on() -> None:
    employer = make_employer()
    key, kept = make_key(employer), make_key(employer)
    begin(key)
    turn_on(kept)
    for each in (key, kept):
        make_key(employer, number=each.number, key="la nueva", now=LATER)
    assert [factor.key_id for factor in SecondFactor.objects.all()] == [kept.pk]


def test_who_stole_the_key_makes_its_owner_at_a_known_device_wait_for_nothing() -> None:
    key = make_key(make_employer())
    app, _ = turn_on(key)
    actions.open_session(key=key, session_key="s", device="d" * 32, agent="", address="", now=NOW)
    for device in ("", "e" * 32):
        for _ in range(5):
            actions.pass_second_factor(key=key, code="nada", now=LATER, device=device)
    right = app.at(LATER)
    locked = actions.pass_second_factor(key=key, code=right, now=LATER, device="e" * 32)
    assert locked is not None
    assert locked.reason is Reason.LOCKED
    assert actions.pass_second_factor(key=key, code=right, now=LATER, device="d" * 32) is None


def test_neither_keys_nor_codes_are_in_a_row_or_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    employer, number, own = make_employer(), cedula(), "tijera nube caimito 7"
    handed = actions.hand_over_key(
        employer=employer, number=number, email=employer.email, now=timezone.now(), actor="operator:v"
    )
    client.post("/empleadores/ingresar/", {"number": number, "key": handed})
    client.post("/empleadores/ingresar/clave-nueva/", {"new_key": own, "repeat": own})
    secret = client.post(SECOND_FACTOR, follow=True).context["secret"]
    app = pyotp.TOTP(secret.replace(" ", ""))
    first = app.at(timezone.now() - timedelta(seconds=30))
    on = client.post(f"{SECOND_FACTOR}activar/", {"present": own, "code": first})
    codes = on.context["codes"]
    client.post("/empleadores/ingresar/", {"number": number, "key": own})
    client.post(STEP, {"code": "un código mal escrito"})
    assert client.post(STEP, {"code": codes[0]}).status_code == 302
    after = client.post(
        "/empleadores/clave/cambiar/",
        {"present": own, "new_key": "otra frase de tazas", "repeat": "otra frase de tazas"},
    )
    assert after.status_code == 302
    written = caplog.text + "".join(capfd.readouterr())
    for model in apps.get_models():
        if model._meta.managed:
            for row in model.objects.values_list():
                written += str([bytes(each) if isinstance(each, memoryview) else each for each in row])
    device = client.cookies["afilia_device"].value
    typed = [handed, own, "otra frase de tazas", app.secret, codes[0], codes[0].replace("-", ""), device]
    assert [text for text in typed if text in written] == []


def test_turning_it_on_or_off_is_told_and_written_down_and_ends_the_other_sessions() -> None:
    employer = make_employer()
    key = make_key(employer)
    for client in (Client(), Client()):
        signed_in_client(client, key)
    this, _ = KeySession.objects.order_by("pk")
    app = begin(key, session_id=this.pk)
    holder = queries.holder(key)
    actions.confirm_second_factor(holder=holder, session_id=this.pk, present=KEY, code=app.at(NOW), now=NOW)
    assert [*KeySession.objects.filter(ended_at=None)] == [this]
    assert (
        actions.end_second_factor(holder=holder, session_id=0, present="mal", code=app.at(LATER), now=LATER)
        == WRONG
    )
    assert actions.end_second_factor(holder=holder, session_id=0, present=KEY, code="000", now=LATER) == WRONG
    later = LATER + timedelta(minutes=1)
    assert (
        actions.end_second_factor(holder=holder, session_id=0, present=KEY, code=app.at(later), now=later)
        is None
    )
    assert not SecondFactor.objects.exists()
    assert [*Message.objects.order_by("pk").values_list("to", "subject")] == [
        (employer.email, "Segundo factor activado"),
        (employer.email, "Segundo factor desactivado"),
    ]
    events = [*Entry.objects.filter(event__startswith="second-factor").values_list("event", flat=True)]
    assert sorted(events) == sorted(["second-factor.on", *["second-factor.refused"] * 2, "second-factor.off"])


def test_a_recovery_code_turns_it_off_for_who_lost_the_phone() -> None:
    key = make_key(make_employer())
    _, codes = turn_on(key)
    assert (
        actions.end_second_factor(
            holder=queries.holder(key), session_id=0, present=KEY, code=codes[3], now=LATER
        )
        is None
    )


def test_sign_in_asks_for_the_code_before_any_page_opens(client: Client) -> None:
    key = make_key(make_employer())
    now = timezone.now()
    app, _ = turn_on(key, now=now - timedelta(minutes=5))
    assert sign_in(client, key, next="/empleadores/batch/?hoja=2") == STEP
    before = client.cookies["sessionid"].value
    for page in ("/empleadores/batch/", "/empleadores/sesiones/", SECOND_FACTOR):
        assert client.get(page)["Location"] == STEP
    assert client.get("/empleadores/ingresar/clave-nueva/")["Location"].endswith("?fin=paso")
    assert "no es correcto o ya se usó" in client.post(STEP, {"code": "000"}).content.decode()
    assert client.post(STEP, {"code": app.now()})["Location"] == "/empleadores/batch/?hoja=2"
    assert client.get("/empleadores/batch/").status_code == 200
    assert client.cookies["sessionid"].value != before
    client.cookies["sessionid"] = before
    assert client.get("/empleadores/batch/")["Location"].startswith("/empleadores/ingresar/?next=")


def test_ten_minutes_after_the_key_it_is_asked_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    key = make_key(make_employer())
    app, _ = turn_on(key, now=timezone.now() - timedelta(minutes=5))
    sign_in(client, key)
    begun = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: begun + timedelta(minutes=10))
    answer = client.post(STEP, {"code": app.at(begun)})
    assert answer["Location"] == "/empleadores/ingresar/?fin=paso"
    assert "Pasó mucho tiempo" in client.get(answer["Location"]).content.decode()


def test_a_key_changed_meanwhile_ends_the_step(client: Client) -> None:
    employer = make_employer()
    key = make_key(employer)
    app, _ = turn_on(key, now=timezone.now() - timedelta(minutes=5))
    sign_in(client, key)
    make_key(employer, number=key.number, key="la nueva", now=NOW + timedelta(seconds=1))
    assert client.post(STEP, {"code": app.now()})["Location"] == "/empleadores/ingresar/?fin=paso"


def test_pages_turn_it_on_and_off_without_script(client: Client) -> None:
    key = make_key(make_employer())
    signed_in_client(client, key)
    assert "Es opcional" in client.get(SECOND_FACTOR).content.decode()
    assert client.get(f"{SECOND_FACTOR}activar/")["Location"] == SECOND_FACTOR
    assert client.get(f"{SECOND_FACTOR}desactivar/")["Location"] == SECOND_FACTOR
    page = client.post(SECOND_FACTOR, follow=True)
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert 'src="data:image/svg+xml' in page.content.decode()
    assert client.get(f"{SECOND_FACTOR}activar/").context["secret"] == secret
    app = pyotp.TOTP(secret.replace(" ", ""))
    wrong = client.post(f"{SECOND_FACTOR}activar/", {"present": KEY, "code": "12"})
    assert "La clave o el código no son correctos" in wrong.content.decode()
    # The step before, made at the last moment: half a minute later it would be over.
    earlier = {"present": KEY, "code": app.at(timezone.now() - timedelta(seconds=30))}
    shown = client.post(f"{SECOND_FACTOR}activar/", earlier)
    assert len(shown.context["codes"]) == 10
    assert "no-store" in shown["Cache-Control"]
    assert "Le quedan 10 códigos" in client.get(SECOND_FACTOR).content.decode()
    off = client.post(f"{SECOND_FACTOR}desactivar/", {"present": KEY, "code": app.now()}, follow=True)
    assert "está desactivado" in off.content.decode()


def test_with_another_key_of_the_codes_every_code_is_wrong(settings: object) -> None:
    key = make_key(make_employer())
    app, codes = turn_on(key)
    settings.CODES_KEY = "another"  # type: ignore[attr-defined]
    assert [type_code(key, code) for code in (app.at(LATER), codes[0])] == [WRONG] * 2


def test_a_second_factor_never_confirmed_is_forgotten_after_a_day() -> None:
    begin(make_key(make_employer()))
    kept = make_key(make_employer())
    turn_on(kept)
    actions.tidy(now=NOW + timedelta(days=1))
    assert [factor.key_id for factor in SecondFactor.objects.all()] == [kept.pk]
