"""What authorities answer about certificates, and what is made of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from afilia.audit.models import Entry
from afilia.documents import actions, queries, revocation
from afilia.documents.models import ReceivedFile
from afilia.documents.rules.signatures import (
    Applicant,
    Revocation,
    SignatureFacts,
    SignaturePolicy,
    SignatureReason,
    signature_verdict,
)
from tests.documents.authority import CEDULA, Authority, Signer
from tests.documents.papers import MOST, plain_pdf
from tests.documents.responder import Responder, answering

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make(now=NOW)


@pytest.fixture
def responder(authority: Authority) -> Iterator[Responder]:
    authority.trust()
    with answering(authority, now=NOW) as one:
        yield one


def receive(signer: Signer) -> ReceivedFile:
    return actions.receive(chunks=[signer.sign(plain_pdf())], name="a.pdf", most=MOST, actor="test", now=NOW)


def ask(file: ReceivedFile, *, now: datetime = NOW) -> tuple[ReceivedFile, SignatureFacts]:
    actions.ask_authorities(received_id=file.id, now=now)
    asked = ReceivedFile.objects.get(id=file.id)
    return asked, queries.signatures_of(asked)[0]


@pytest.mark.parametrize("way", ["ocsp", "crl"])
def test_authority_says_that_a_certificate_is_good(
    authority: Authority, responder: Responder, way: str
) -> None:
    file, found = ask(receive(authority.issue(**{f"{way}_url": f"{responder.url}/{way}"})))
    assert found.revocation is Revocation.GOOD
    assert file.revocation_due_at is None
    assert responder.asked == [f"/{way}"]


@pytest.mark.parametrize("way", ["ocsp", "crl"])
def test_authority_says_that_a_certificate_is_revoked(
    authority: Authority, responder: Responder, way: str
) -> None:
    signer = authority.issue(**{f"{way}_url": f"{responder.url}/{way}"})
    responder.revoke(signer, at=NOW - HOUR)
    file, found = ask(receive(signer))
    assert (found.revocation, found.revoked_at) == (Revocation.REVOKED, NOW - HOUR)
    assert file.revocation_due_at is None
    applicant = Applicant(numbers=frozenset({CEDULA}))
    assert signature_verdict(SignaturePolicy.REQUIRED, [found], applicant, at=NOW) == (
        SignatureReason.REVOKED,
    )
    facts = Entry.objects.get(event="document.authorities-answered").facts
    assert facts == {"pending": 0, "good": 0, "revoked": 1, "unreachable": 0, "not-stated": 0}


def test_list_is_asked_where_the_responder_is_silent(authority: Authority, responder: Responder) -> None:
    signer = authority.issue(ocsp_url="http://127.0.0.1:9/ocsp", crl_url=f"{responder.url}/crl")
    assert ask(receive(signer))[1].revocation is Revocation.GOOD


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, None), (302, b""), (200, b""), (200, b"<html>"), (200, b"\x30\x03\x0a\x01\x06"), (404, None)],
    ids=range(6),
)
def test_answer_that_cannot_be_believed_is_none(
    authority: Authority, responder: Responder, status: int, body: bytes | None
) -> None:
    responder.status, responder.body = status, body
    file, found = ask(receive(authority.issue(ocsp_url=f"{responder.url}/ocsp")))
    assert found.revocation is Revocation.UNREACHABLE
    assert file.revocation_due_at == NOW + HOUR


def test_answer_of_an_impostor_is_none(authority: Authority, responder: Responder) -> None:
    responder.authority = Authority.make(now=NOW)
    assert ask(receive(authority.issue(ocsp_url=f"{responder.url}/ocsp")))[1].revocation is (
        Revocation.UNREACHABLE
    )


def test_answer_that_is_too_long_is_none(
    authority: Authority, responder: Responder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revocation, "MOST_BYTES", 100)
    signer = authority.issue(ocsp_url=f"{responder.url}/ocsp")
    assert ask(receive(signer))[1].revocation is Revocation.UNREACHABLE


def test_time_for_all_questions_of_a_file_is_bounded(
    authority: Authority, responder: Responder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revocation, "BUDGET", -1.0)
    signer = authority.issue(ocsp_url=f"{responder.url}/ocsp", crl_url=f"{responder.url}/crl")
    assert ask(receive(signer))[1].revocation is Revocation.UNREACHABLE
    assert responder.asked == []


def test_silent_authority_is_asked_every_hour_for_two_days(
    authority: Authority, responder: Responder
) -> None:
    file = receive(authority.issue(ocsp_url="http://127.0.0.1:9/ocsp"))
    at, rounds = NOW, 0
    while file.revocation_due_at is not None:
        assert file.revocation_due_at <= at
        actions.ask_due_authorities(now=at)
        file.refresh_from_db()
        rounds += 1
        at += 12 * HOUR
    assert rounds == 5
    assert queries.signatures_of(file)[0].revocation is Revocation.UNREACHABLE
    assert Entry.objects.filter(event="document.authorities-answered").count() == 1


def test_authority_that_answers_later_is_believed(authority: Authority, responder: Responder) -> None:
    responder.status = 503
    file, found = ask(receive(authority.issue(ocsp_url=f"{responder.url}/ocsp")))
    assert found.revocation is Revocation.UNREACHABLE
    responder.status = 200
    actions.ask_due_authorities(now=NOW + HOUR)
    file.refresh_from_db()
    assert queries.signatures_of(file)[0].revocation is Revocation.GOOD


def test_addresses_in_a_certificate_that_nobody_trusts_are_not_asked(responder: Responder) -> None:
    stranger = Authority.make(now=NOW).issue(ocsp_url=f"{responder.url}/ocsp")
    file = receive(stranger)
    assert file.revocation_due_at is None
    assert ask(file)[1].revocation is Revocation.NOT_STATED
    assert responder.asked == []


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("ldap://127.0.0.1/x", Revocation.UNREACHABLE),
        ("http://\x7f", Revocation.UNREACHABLE),
        ("file:///etc/passwd", Revocation.NOT_STATED),
        ("http://[", Revocation.NOT_STATED),
    ],
    ids=range(4),
)
def test_address_that_is_none_for_us(
    authority: Authority, responder: Responder, address: str, found: Revocation
) -> None:
    assert ask(receive(authority.issue(ocsp_url=address)))[1].revocation is found


def test_file_that_went_meanwhile(authority: Authority, responder: Responder) -> None:
    file = receive(authority.issue(ocsp_url=f"{responder.url}/ocsp"))
    actions.discard(received_id=file.id, actor="test", now=NOW)
    actions.ask_authorities(received_id=file.id, now=NOW)
    assert responder.asked == []
