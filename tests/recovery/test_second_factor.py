"""What a recovery does not get around."""

import pytest

from afilia.access.models import SecondFactor
from afilia.recovery.models import Recovery
from tests.builders import NOW, make_employer, make_key, signed_in_client
from tests.recovery.people import Browser, make_holder

pytestmark = pytest.mark.django_db


def test_who_has_a_second_factor_is_asked_for_it_after_the_new_key(browser: Browser) -> None:
    SecondFactor.objects.create(
        key=browser.holder.key, sealed=b"of another test", begun_at=NOW, confirmed_at=NOW
    )
    browser.open()
    browser.save()
    assert browser.at == "/empleadores/ingresar/codigo/"
    assert not browser.is_signed_in


def test_a_key_that_was_handed_over_and_not_changed_is_a_first_key(browser: Browser) -> None:
    browser.holder.key.handed_until = NOW
    browser.holder.key.save()
    browser.begin()
    assert "todavía no tiene una clave" in browser.mail
    assert Recovery.objects.get().standing == "first-key"


def test_a_handed_key_beside_the_key_of_somebody_else_is_nobodys(browser: Browser) -> None:
    other = make_holder()
    other.key.employer = browser.holder.employer
    other.key.save()
    browser.holder.key.handed_until = NOW
    browser.holder.key.save()
    browser.begin()
    assert Recovery.objects.get().standing == "unknown"


def test_who_is_signed_in_for_another_employer_stays_so(browser: Browser) -> None:
    signed_in_client(browser.client, make_key(make_employer()))
    browser.pass_code()
    assert browser.is_signed_in
