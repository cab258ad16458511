"""What is found out about the signatures of a PDF, read in the sandbox as in life."""

import io
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from afilia.documents.examination import identities, sandbox
from afilia.documents.examination.errors import FileRefusedError
from afilia.documents.rules.files import Refusal
from afilia.documents.rules.signatures import Chain, Coverage, Revocation, SignatureFacts
from afilia.procedures.rules import Format
from tests.documents.authority import (
    CEDULA,
    OTHER_CEDULA,
    PADES,
    PKCS7,
    RUC,
    Authority,
    Signer,
    altered,
    changed_later,
    fill_form,
    set_form,
)
from tests.documents.papers import plain_pdf

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make(now=NOW)


@pytest.fixture(scope="module")
def signer(authority: Authority) -> Signer:
    return authority.issue(ruc=RUC)


def read(pdf: bytes, *roots: Authority, at: datetime = NOW) -> list[SignatureFacts]:
    trusted = [root.root.public_bytes(serialization.Encoding.DER) for root in roots]
    examined = sandbox.examine(pdf, accept=Format, roots=trusted, at=at)
    assert examined.content == pdf or not examined.signatures
    return list(examined.signatures)


@pytest.mark.parametrize("sub_filter", [PADES, PKCS7])
def test_both_kinds_that_firmaec_writes(authority: Authority, signer: Signer, sub_filter: str) -> None:
    (found,) = read(signer.sign(plain_pdf(), sub_filter=sub_filter, at=NOW - DAY), authority)
    certificate = found.certificate
    assert found == SignatureFacts(
        field="Signature1",
        sub_filter=sub_filter,
        known_kind=True,
        signer="PERSONA DE PRUEBA",
        issuer="Autoridad de prueba",
        authority="Security Data",
        identification=CEDULA,
        ruc=RUC,
        intact=True,
        coverage=Coverage.WHOLE,
        chain=Chain.TRUSTED,
        valid_from=NOW - 30 * DAY,
        valid_until=NOW + 365 * DAY,
        signed_at=NOW - DAY,
        revocation=Revocation.NOT_STATED,
        revoked_at=None,
        institution=False,
        certificate=certificate,
    )


def test_certificate_with_rsa_as_the_authorities_issue_them(authority: Authority) -> None:
    signer = authority.issue(key=rsa.generate_private_key(65_537, 2048))
    for sub_filter in (PADES, PKCS7):
        (found,) = read(signer.sign(plain_pdf(), sub_filter=sub_filter), authority)
        assert found.intact
        assert found.known_kind
        assert found.chain is Chain.TRUSTED


def test_unsigned_document_has_no_signatures(authority: Authority) -> None:
    assert read(plain_pdf(), authority) == []


def test_authority_that_nobody_added_is_not_trusted(signer: Signer) -> None:
    stranger = Authority.make(now=NOW)
    (found,) = read(signer.sign(plain_pdf()), stranger)
    assert found.chain is Chain.UNTRUSTED
    assert found.intact


def test_authority_of_the_same_name_with_another_key_is_not_trusted(signer: Signer) -> None:
    impostor = Authority.make(now=NOW)
    assert impostor.root.subject == signer.authority.root.subject
    (found,) = read(impostor.issue().sign(plain_pdf()), signer.authority)
    assert found.chain is Chain.UNTRUSTED


def test_altered_document(authority: Authority, signer: Signer) -> None:
    (found,) = read(altered(signer.sign(plain_pdf())), authority)
    assert not found.intact


def test_signature_of_another_document_put_into_this_one(authority: Authority, signer: Signer) -> None:
    own, other = (signer.sign(plain_pdf(text=text)) for text in ("Documento uno", "Documento dos"))
    start, end = own.index(b"/Contents <") + 11, own.index(b">", own.index(b"/Contents <") + 11)
    foreign = other[other.index(b"/Contents <") + 11 :].partition(b">")[0]
    moved = own[:start] + foreign.ljust(end - start, b"0")[: end - start] + own[end:]
    (found,) = read(moved, authority)
    assert not found.intact


def test_document_changed_after_it_was_signed(authority: Authority, signer: Signer) -> None:
    (found,) = read(changed_later(signer.sign(plain_pdf())), authority)
    assert found.intact
    assert found.coverage is Coverage.CHANGED_LATER


def test_form_filled_after_it_was_signed(authority: Authority, signer: Signer) -> None:
    signed = signer.sign(fill_form(plain_pdf()))
    assert read(signed, authority)[0].coverage is Coverage.WHOLE
    assert read(set_form(signed, "9999"), authority)[0].coverage is Coverage.CHANGED_LATER


def test_signature_that_leaves_out_the_end_of_the_file(authority: Authority, signer: Signer) -> None:
    (found,) = read(signer.sign_partly(plain_pdf()), authority)
    assert found.intact
    assert found.coverage is Coverage.PARTIAL


def test_two_persons_sign_one_after_the_other(authority: Authority, signer: Signer) -> None:
    second = authority.issue(cedula=OTHER_CEDULA, name="OTRA PERSONA")
    first_found, second_found = read(
        second.sign(signer.sign(plain_pdf()), field_name="Signature2", sub_filter=PKCS7), authority
    )
    assert (first_found.identification, first_found.coverage) == (CEDULA, Coverage.SIGNED_LATER)
    assert (second_found.identification, second_found.coverage) == (OTHER_CEDULA, Coverage.WHOLE)
    assert first_found.intact
    assert second_found.intact


def test_expired_certificate_keeps_its_chain_and_its_dates(authority: Authority) -> None:
    expired = authority.issue(valid_from=NOW - 90 * DAY, valid_until=NOW - DAY)
    (found,) = read(expired.sign(plain_pdf(), at=NOW - 5 * DAY), authority)
    assert found.chain is Chain.TRUSTED
    assert found.valid_until == NOW - DAY
    assert found.signed_at == NOW - 5 * DAY


def test_certificate_that_is_not_for_signing(authority: Authority) -> None:
    (found,) = read(authority.issue(usage="encrypt").sign(plain_pdf()), authority)
    assert found.chain is Chain.WRONG_USE


def test_digest_that_proves_nothing_is_no_kind_that_we_know(authority: Authority, signer: Signer) -> None:
    (found,) = read(signer.sign(plain_pdf(), hash_name="sha1"), authority)
    assert not found.known_kind


def test_kind_of_signature_that_firmaec_does_not_write(authority: Authority, signer: Signer) -> None:
    signed = signer.sign(plain_pdf(), sub_filter=PKCS7)
    (found,) = read(signed.replace(b"/adbe.pkcs7.detached", b"/adbe.pkcs7.sha1    "), authority)
    assert (found.sub_filter, found.known_kind, found.intact) == ("adbe.pkcs7.sha1", False, False)


def test_signature_of_bytes_that_are_none_is_refused(signer: Signer) -> None:
    signed = signer.sign(plain_pdf())
    start = signed.index(b"/Contents <") + 11
    with pytest.raises(FileRefusedError) as refused:
        read(signed[:start] + b"0" * 64 + signed[start + 64 :])
    assert refused.value.reason is Refusal.UNREADABLE_SIGNATURE


def test_more_signatures_than_a_document_has(signer: Signer) -> None:
    signed = plain_pdf()
    for number in range(11):
        signed = signer.sign(signed, field_name=f"Signature{number}")
    with pytest.raises(FileRefusedError) as refused:
        read(signed)
    assert refused.value.reason is Refusal.TOO_COMPLEX


def test_dictionary_that_looks_like_a_signature_and_is_none() -> None:
    with pikepdf.open(io.BytesIO(plain_pdf())) as document:
        document.Root.Piece = pikepdf.Dictionary(ByteRange=pikepdf.Array([0, 1, 2, 3]))
        output = io.BytesIO()
        document.save(output)
    assert read(output.getvalue()) == []


def test_certificate_that_says_where_to_ask_is_to_be_asked_about(authority: Authority) -> None:
    asked = authority.issue(ocsp_url="http://127.0.0.1:9/ocsp").sign(plain_pdf())
    assert read(asked, authority)[0].revocation is Revocation.PENDING
    assert read(asked)[0].revocation is Revocation.NOT_STATED  # its addresses are not to be believed


@pytest.mark.parametrize("authority_data", identities.known()["authority"], ids=lambda data: data["name"])
@pytest.mark.parametrize("elsewhere", [False, True], ids=["extension", "other-name"])
def test_numbers_of_each_authority(authority_data: dict[str, str], *, elsewhere: bool) -> None:
    stated = {authority_data["identification"]: CEDULA, authority_data["ruc"]: RUC}
    signer = Authority.make(now=NOW).issue(stated=stated, elsewhere=elsewhere)
    found = identities.holder(signer.simple.signing_cert)
    assert found == identities.Identity(authority=authority_data["name"], identification=CEDULA, ruc=RUC)


def test_numbers_in_the_name_of_the_holder(authority: Authority) -> None:
    signer = authority.issue(
        cedula="",
        subject=(
            x509.NameAttribute(x509.NameOID.SERIAL_NUMBER, f"IDCEC-{CEDULA}"),
            x509.NameAttribute(x509.NameOID.ORGANIZATION_IDENTIFIER, f"VATEC-{RUC}"),
        ),
    )
    (found,) = read(signer.sign(plain_pdf()), authority)
    assert (found.identification, found.ruc, found.authority) == (CEDULA, RUC, "")


def test_serial_number_without_a_prefix_is_no_identity(authority: Authority) -> None:
    serial = x509.NameAttribute(x509.NameOID.SERIAL_NUMBER, "191018151429")
    (found,) = read(authority.issue(cedula="", subject=(serial,)).sign(plain_pdf()), authority)
    assert (found.identification, found.ruc) == ("", "")


@pytest.mark.parametrize(
    "value",
    [b"1710034065", b"\x13\x0a1710034065", b"\x04\x0a1710034065", b"\x0c\x0a1710034065"],
    ids=range(4),
)
def test_number_as_text_or_as_bare_bytes(value: bytes) -> None:
    assert identities._text(value) == CEDULA


@pytest.mark.parametrize("value", [b"", b"\x00\x01\x02", b"\xff" * 10, b"\x30\x00", b"9" * 200], ids=range(5))
def test_value_that_is_no_number(value: bytes) -> None:
    assert identities._text(value) == ""
