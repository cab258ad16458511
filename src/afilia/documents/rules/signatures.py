"""What is known about the electronic signatures of a PDF, and whether they are those that are asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class SignaturePolicy(StrEnum):
    """What electronic signature a document needs."""

    REQUIRED = "required"  # of the applicant
    FORBIDDEN = "forbidden"
    NONE = "none"  # with or without


class Coverage(StrEnum):
    """How much of the file a signature covers."""

    WHOLE = "whole"
    SIGNED_LATER = "signed-later"  # all that was there; later signatures were added, and nothing else
    CHANGED_LATER = "changed-later"
    PARTIAL = "partial"  # not even all that was there


class Chain(StrEnum):
    TRUSTED = "trusted"  # leads to one of the trust roots
    UNTRUSTED = "untrusted"
    WRONG_USE = "wrong-use"  # trusted, but not for signing documents


class Revocation(StrEnum):
    """What the certification authority says about the certificate today."""

    PENDING = "pending"  # not asked yet
    GOOD = "good"
    REVOKED = "revoked"
    UNREACHABLE = "unreachable"  # asked, and no answer that can be believed
    NOT_STATED = "not-stated"  # the certificate does not say where to ask, or nobody trusts it


@dataclass(frozen=True, kw_only=True)
class SignatureFacts:
    """One signature of a PDF; times are aware, and `signed_at` is what the signer's clock said."""

    field: str
    sub_filter: str  # "adbe.pkcs7.detached", "ETSI.CAdES.detached", or whatever is written
    known_kind: bool  # one of those two, with algorithms that prove something
    signer: str  # the name in the certificate
    issuer: str
    authority: str  # whose identifiers the certificate uses; empty when we know them not
    identification: str  # cédula or passport of the holder; empty when the certificate states none
    ruc: str
    intact: bool  # what it covers is what was signed, by the holder of the certificate
    coverage: Coverage
    chain: Chain
    valid_from: datetime
    valid_until: datetime
    signed_at: datetime | None
    revocation: Revocation
    revoked_at: datetime | None
    institution: bool  # our own signature, on papers that we issued
    certificate: str  # SHA-256, in hexadecimal


class SignatureReason(StrEnum):
    """Why the signatures of a document are not those that are asked."""

    UNSIGNED = "unsigned"
    SIGNED = "signed"  # where a signature by hand is asked
    UNKNOWN_KIND = "unknown-kind"
    ALTERED = "altered"
    NOT_WHOLE = "not-whole"
    UNTRUSTED = "untrusted"
    WRONG_USE = "wrong-use"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    REVOKED = "revoked"
    NO_IDENTITY = "no-identity"
    ANOTHER_PERSON = "another-person"


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """Who must have signed: cédulas or passports of the persons who may, and the RUC that they act for."""

    numbers: frozenset[str]
    ruc: str = ""


def signature_verdict(
    policy: SignaturePolicy, facts: Sequence[SignatureFacts], applicant: Applicant, *, at: datetime
) -> tuple[SignatureReason, ...]:
    """Why the signatures do not satisfy the policy; empty when they do.

    Our own signature on papers that we issued is nobody's. One good signature of the applicant is enough,
    and those of others beside it do no harm, unless the document was altered after one of them. Nothing
    proves the time that the signer's clock said, so the certificate must be valid at `at`, when the file was
    received.
    """
    theirs = [signature for signature in facts if not signature.institution]
    if policy is SignaturePolicy.FORBIDDEN:
        return (SignatureReason.SIGNED,) if theirs else ()
    if policy is SignaturePolicy.NONE:
        return ()
    broken = [fault for signature in facts for fault in _breaks(signature)]
    if broken:
        return (broken[0],)
    if not theirs:
        return (SignatureReason.UNSIGNED,)
    found = [_faults(signature, applicant, at=at) for signature in theirs]
    return min(found, key=len)


def with_revocation(signature: SignatureFacts, asked: SignatureFacts | None) -> SignatureFacts:
    """The facts with what the authorities answered since; a revocation once known stays, as do other answers
    where there is none now."""
    settled = signature.institution or signature.revocation in {Revocation.REVOKED, Revocation.NOT_STATED}
    if settled or asked is None or asked.certificate != signature.certificate:
        return signature
    return replace(signature, revocation=asked.revocation, revoked_at=asked.revoked_at)


def is_of(signature: SignatureFacts, applicant: Applicant) -> bool:
    """Whether the holder is the applicant.

    A certificate that names a person is that person's, whatever RUC stands beside: any employee's may carry
    the employer's. Only where it names nobody – a seal – does the RUC count.
    """
    if signature.identification:
        return _same(signature.identification) in {_same(number) for number in applicant.numbers}
    if not signature.ruc:
        return False
    own = {f"{number}001" for number in applicant.numbers if len(number) == 10}  # of a natural person
    return signature.ruc in own or (bool(applicant.ruc) and signature.ruc == applicant.ruc)


def _same(number: str) -> str:
    return "".join(sign for sign in number.upper() if sign.isalnum())


def _breaks(signature: SignatureFacts) -> tuple[SignatureReason, ...]:
    """Why a signature speaks against the document, whoever made it."""
    if not signature.known_kind:
        return ()
    if not signature.intact or signature.coverage is Coverage.CHANGED_LATER:
        return (SignatureReason.ALTERED,)
    return (SignatureReason.NOT_WHOLE,) if signature.coverage is Coverage.PARTIAL else ()


def _faults(signature: SignatureFacts, applicant: Applicant, *, at: datetime) -> tuple[SignatureReason, ...]:
    if not signature.known_kind:
        return (SignatureReason.UNKNOWN_KIND,)
    found = []
    if signature.chain is Chain.UNTRUSTED:
        found.append(SignatureReason.UNTRUSTED)
    if signature.chain is Chain.WRONG_USE:
        found.append(SignatureReason.WRONG_USE)
    if at > signature.valid_until:
        found.append(SignatureReason.EXPIRED)
    if at < signature.valid_from:
        found.append(SignatureReason.NOT_YET_VALID)
    if signature.revocation is Revocation.REVOKED:
        found.append(SignatureReason.REVOKED)
    if not signature.identification and not signature.ruc:
        found.append(SignatureReason.NO_IDENTITY)
    elif not is_of(signature, applicant):
        found.append(SignatureReason.ANOTHER_PERSON)
    return tuple(found)
