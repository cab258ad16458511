"""New recovery codes while the second factor goes on: the ones before serve no more."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from afilia.access import actions, queries
from afilia.access.models import EmployerKey, SecondFactor
from afilia.access.rules.limits import Refusal
from afilia.audit.models import Entry
from afilia.notices.models import Message
from tests.access.test_second_factor import LATER, SECOND_FACTOR, WRONG, turn_on, type_code
from tests.builders import KEY, NOW, make_employer, make_key, signed_in_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("light_hashing")]
CODES = f"{SECOND_FACTOR}codigos/"


def renew(key: EmployerKey, code: str, *, present: str = KEY) -> list[str] | Refusal:
    return actions.renew_recovery_codes(
        holder=queries.holder(key), session_id=0, present=present, code=code, now=LATER
    )


def test_new_codes_take_the_place_of_the_old_ones() -> None:
    key = make_key(make_employer(email_verified_at=NOW))
    app, old = turn_on(key)
    new = renew(key, app.at(LATER))
    assert isinstance(new, list)
    assert (len({*new}), {*new} & {*old}) == (10, set())
    assert type_code(key, old[0]) == WRONG
    assert type_code(key, new[0]) is None
    assert Entry.objects.filter(event="second-factor.codes-renewed").count() == 1
    assert Message.objects.filter(subject="Códigos de respaldo nuevos").count() == 1
    assert queries.recovery_codes_left(SecondFactor.objects.get()) == 9


def test_without_the_key_or_a_code_the_old_ones_stay() -> None:
    key = make_key(make_employer())
    app, old = turn_on(key)
    assert renew(key, "000000") == WRONG
    assert renew(key, app.at(LATER), present="mal") == WRONG
    assert type_code(key, old[0]) is None
    assert isinstance(renew(key, old[1]), list)  # the phone is lost and one code is left


def test_who_has_no_second_factor_gets_no_codes(client: Client) -> None:
    key = make_key(make_employer())
    assert renew(key, "000000") == WRONG
    assert signed_in_client(client, key).get(CODES)["Location"] == SECOND_FACTOR


def test_the_page_shows_the_new_codes_once(client: Client) -> None:
    key = make_key(make_employer(), now=timezone.now())
    app, _ = turn_on(key, now=timezone.now() - timedelta(minutes=2))
    signed_in_client(client, key)
    assert f'href="{CODES}"' in client.get(SECOND_FACTOR).content.decode()
    assert client.get(CODES).status_code == 200
    refused = client.post(CODES, {"present": KEY, "code": "000000"})
    assert "codes" not in refused.context
    assert "no son correctos" in refused.content.decode()
    shown = client.post(CODES, {"present": KEY, "code": app.at(timezone.now())})
    assert len(shown.context["codes"]) == 10
    assert "Los códigos de antes ya no sirven" in shown.content.decode()
    again = client.post(CODES, {"present": KEY, "code": app.at(timezone.now())})
    assert "codes" not in again.context  # a code of the app serves once
    assert client.get("/empleadores/sesiones/").status_code == 200
