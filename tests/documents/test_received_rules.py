from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from django.utils.translation import override

from afilia.documents import facts
from afilia.documents.explaining import (
    CHAINS,
    COVERAGES,
    REASONS,
    REVOCATIONS,
    SCANS,
    explain,
    facts_in_words,
    scan_label,
)
from afilia.documents.rules.files import Refusal, ScanState, shown_name
from afilia.documents.rules.signatures import (
    Applicant,
    Chain,
    Coverage,
    Revocation,
    SignatureFacts,
    SignaturePolicy,
    SignatureReason,
    signature_verdict,
    with_revocation,
)
from afilia.procedures.rules import Format

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CEDULA, RUC, OTHER = "1710034065", "1790012345001", "0102030400"
APPLICANT = Applicant(numbers=frozenset({CEDULA}), ruc=RUC)
REQUIRED, FORBIDDEN, NONE = SignaturePolicy


def make_facts(**changes: object) -> SignatureFacts:
    plain = {
        "field": "Signature1",
        "sub_filter": "ETSI.CAdES.detached",
        "known_kind": True,
        "signer": "PERSONA DE PRUEBA",
        "issuer": "Autoridad de prueba",
        "authority": "Security Data",
        "identification": CEDULA,
        "ruc": "",
        "intact": True,
        "coverage": Coverage.WHOLE,
        "chain": Chain.TRUSTED,
        "valid_from": NOW - timedelta(days=10),
        "valid_until": NOW + timedelta(days=10),
        "signed_at": NOW - timedelta(minutes=5),
        "revocation": Revocation.GOOD,
        "revoked_at": None,
        "institution": False,
        "certificate": "ab" * 32,
    }
    return SignatureFacts(**(plain | changes))


def verdict(*signatures: SignatureFacts, policy: SignaturePolicy = REQUIRED) -> tuple[str, ...]:
    return signature_verdict(policy, signatures, APPLICANT, at=NOW)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, ()),
        ({"coverage": Coverage.SIGNED_LATER}, ()),
        ({"revocation": Revocation.PENDING}, ()),
        ({"revocation": Revocation.UNREACHABLE}, ()),
        ({"revocation": Revocation.NOT_STATED}, ()),
        ({"signed_at": None}, ()),
        ({"valid_until": NOW}, ()),
        ({"valid_until": NOW - timedelta(seconds=1)}, (SignatureReason.EXPIRED,)),
        ({"valid_from": NOW}, ()),
        ({"valid_from": NOW + timedelta(seconds=1)}, (SignatureReason.NOT_YET_VALID,)),
        ({"intact": False}, (SignatureReason.ALTERED,)),
        ({"coverage": Coverage.PARTIAL}, (SignatureReason.NOT_WHOLE,)),
        ({"coverage": Coverage.CHANGED_LATER}, (SignatureReason.ALTERED,)),
        ({"chain": Chain.UNTRUSTED}, (SignatureReason.UNTRUSTED,)),
        ({"chain": Chain.WRONG_USE}, (SignatureReason.WRONG_USE,)),
        ({"revocation": Revocation.REVOKED}, (SignatureReason.REVOKED,)),
        ({"known_kind": False, "intact": False}, (SignatureReason.UNKNOWN_KIND,)),
        ({"identification": ""}, (SignatureReason.NO_IDENTITY,)),
        ({"identification": OTHER}, (SignatureReason.ANOTHER_PERSON,)),
        ({"identification": OTHER, "ruc": RUC}, (SignatureReason.ANOTHER_PERSON,)),
        ({"identification": "", "ruc": RUC}, ()),
        ({"identification": "", "ruc": f"{CEDULA}001"}, ()),
        ({"identification": "", "ruc": "0990012345001"}, (SignatureReason.ANOTHER_PERSON,)),
        ({"institution": True}, (SignatureReason.UNSIGNED,)),
        (
            {"chain": Chain.UNTRUSTED, "identification": OTHER},
            (SignatureReason.UNTRUSTED, SignatureReason.ANOTHER_PERSON),
        ),
    ],
    ids=lambda value: "-".join(map(str, chain(value))) or "good",
)
def test_what_a_required_signature_must_be(changes: dict[str, object], reasons: tuple[str, ...]) -> None:
    assert verdict(make_facts(**changes)) == reasons


def test_unsigned_document_is_refused_only_where_a_signature_is_required() -> None:
    assert verdict() == (SignatureReason.UNSIGNED,)
    assert verdict(policy=FORBIDDEN) == verdict(policy=NONE) == ()


def test_signed_document_is_refused_where_it_must_be_signed_by_hand() -> None:
    assert verdict(make_facts(), policy=FORBIDDEN) == (SignatureReason.SIGNED,)
    assert verdict(make_facts(institution=True), policy=FORBIDDEN) == ()
    assert verdict(make_facts(intact=False), policy=NONE) == ()


def test_one_good_signature_is_enough_beside_those_of_others() -> None:
    assert verdict(make_facts(identification=OTHER), make_facts()) == ()
    assert verdict(make_facts(institution=True), make_facts()) == ()


def test_document_altered_after_any_signature_is_refused() -> None:
    ours = make_facts(institution=True, coverage=Coverage.CHANGED_LATER)
    assert verdict(ours, make_facts()) == (SignatureReason.ALTERED,)
    assert verdict(make_facts(identification=OTHER, intact=False), make_facts()) == (SignatureReason.ALTERED,)


def test_passport_counts_without_its_blanks() -> None:
    foreigner = Applicant(numbers=frozenset({"AB 123-456"}))
    signature = make_facts(identification="ab123456")
    assert signature_verdict(REQUIRED, [signature], foreigner, at=NOW) == ()


def test_certificate_without_numbers_is_nobodys_even_when_the_applicant_has_none() -> None:
    nobody = Applicant(numbers=frozenset({""}))
    signature = make_facts(identification="", ruc="")
    assert signature_verdict(REQUIRED, [signature], nobody, at=NOW) == (SignatureReason.NO_IDENTITY,)


def test_answers_about_revocation_are_taken_over_and_a_revocation_stays() -> None:
    pending = make_facts(revocation=Revocation.PENDING)
    revoked = make_facts(revocation=Revocation.REVOKED, revoked_at=NOW)
    assert with_revocation(pending, revoked).revoked_at == NOW
    assert with_revocation(revoked, pending) == revoked
    assert with_revocation(pending, None) == pending
    other = make_facts(revocation=Revocation.GOOD, certificate="cd" * 32)
    assert with_revocation(pending, other) == pending


def test_facts_survive_being_kept() -> None:
    signature = make_facts(revoked_at=NOW)
    assert facts.from_json(facts.as_json(signature)) == signature
    unknown = make_facts(signed_at=None)
    assert facts.from_json(facts.as_json(unknown)) == unknown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cédula.jpg", "cédula.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Mis documentos\\foto.JPEG", "foto.pdf"),
        ("a\r\nX: y\x00.pdf", "aX y.pdf"),
        ("virus.pdf.exe", "virus.pdf.pdf"),
        ('<script>"x"</script>', "script.pdf"),
        ("", "documento.pdf"),
        ("...", "documento.pdf"),
        (".pdf", "pdf.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("x" * 500, "x" * 100 + ".pdf"),
    ],
    ids=range(11),
)
def test_name_is_only_for_showing(name: str, shown: str) -> None:
    assert shown_name(name, Format.PDF) == shown


@pytest.mark.parametrize("reason", [*Refusal, *SignatureReason])
def test_every_reason_has_a_sentence_and_a_remedy(reason: Refusal | SignatureReason) -> None:
    with override("es"):
        told = explain(reason, limit=1024 * 1024)
    for text in (told.sentence, told.remedy):
        assert text.endswith(".")
        assert "%" not in text


def test_no_state_is_without_words() -> None:
    assert set(REASONS) == {*Refusal, *SignatureReason}
    assert [set(SCANS), set(COVERAGES), set(CHAINS), set(REVOCATIONS)] == [
        set(ScanState),
        set(Coverage),
        set(Chain),
        set(Revocation),
    ]


def test_limit_is_said_as_people_read_it() -> None:
    with override("es"):
        assert "1,0\xa0MB" in explain(Refusal.TOO_LARGE, limit=1024 * 1024).sentence
        assert scan_label("not-scanned").startswith("No analizado")


def test_staff_see_the_facts_of_a_signature() -> None:
    with override("es"):
        told = dict(facts_in_words(make_facts(ruc=RUC, revocation=Revocation.REVOKED, revoked_at=NOW)))
        weak = dict(facts_in_words(make_facts(known_kind=False, sub_filter="")))
        ours = facts_in_words(make_facts(institution=True))
    assert told["Firmante"] == "PERSONA DE PRUEBA"
    assert told["Identificación en el certificado"] == f"cédula o pasaporte {CEDULA} · RUC {RUC}"
    assert told["Revocación"].startswith("Revocado (21 de noviembre de 2026")
    assert "sin nombre" in weak["Integridad"]
    assert len(ours) == 1
