"""The electronic signatures of a PDF, read with pyHanko: facts, no judgement."""

import io
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from asn1crypto import core, crl, ocsp, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.diff_analysis import DiffResult
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.general import CMSExtractionError, UnacceptableSignerError
from pyhanko.sign.validation import SignatureCoverageLevel, async_validate_pdf_signature
from pyhanko.sign.validation.errors import DisallowedAlgorithmError, SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)

from afilia.documents.examination import identities, limits
from afilia.documents.examination.errors import FileRefusedError
from afilia.documents.rules.files import Refusal
from afilia.documents.rules.signatures import Chain, Coverage, Revocation, SignatureFacts

KNOWN_KINDS = {"/adbe.pkcs7.detached", "/ETSI.CAdES.detached"}  # those that FirmaEC writes
# RFC 5280, 4.2.1.3: either is for signing documents. pyHanko asks for the second alone.
SIGNING = {"digital_signature", "non_repudiation"}
WEAK = {AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE, AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE}
# Once asked, the signer's certificate must be confirmed; an authority's counts as good unless it is revoked.
CONFIRMED, UNASKED = (
    CertRevTrustPolicy(RevocationCheckingPolicy(rule, RevocationCheckingRule.CHECK_IF_DECLARED_SOFT))
    for rule in (RevocationCheckingRule.CRL_OR_OCSP_REQUIRED, RevocationCheckingRule.CHECK_IF_DECLARED_SOFT)
)
GUAYAQUIL = timezone(timedelta(hours=-5))  # of a time that names no zone
LONGEST_NAME = 200  # characters


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What may be believed: the trust roots, and what authorities answered about revocation (all DER)."""

    roots: Sequence[bytes] = ()
    ocsps: Sequence[bytes] = ()
    crls: Sequence[bytes] = ()
    answered: bool = False  # the authorities were asked, so that silence is a finding


@dataclass(frozen=True, kw_only=True)
class Read:
    """A signature, and the certificates from a trust root down to the signer's; none without trust."""

    facts: SignatureFacts
    path: tuple[bytes, ...]


def read(content: bytes, evidence: Evidence, *, at: datetime) -> list[Read]:
    """Read every signature of a PDF; `at` is when the certificates are judged.

    Nothing is fetched. Raises FileRefusedError for signatures that cannot be read, or too many of them.
    """
    try:
        reader = PdfFileReader(io.BytesIO(content))
        embedded = [
            EmbeddedPdfSignature(reader, entry, name)
            for name, value, entry in enumerate_sig_fields(reader, filled_status=True)
            if value.get_object().get("/Type") != "/DocTimeStamp"
        ]
        if len(embedded) > limits.MOST_SIGNATURES:
            raise FileRefusedError(Refusal.TOO_COMPLEX)
        fields = {signature.field_name for signature in embedded}
        return [_read(signature, evidence, fields, at=at) for signature in embedded]
    except (
        PdfError,
        CMSExtractionError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
    ) as error:
        raise FileRefusedError(Refusal.UNREADABLE_SIGNATURE) from error


def _read(signature: EmbeddedPdfSignature, evidence: Evidence, fields: set[str], *, at: datetime) -> Read:
    certificate = signature.signer_cert
    identity = identities.holder(certificate)
    sub_filter = str(signature.sig_object.get("/SubFilter", ""))
    known = sub_filter in KNOWN_KINDS
    status: PdfSignatureStatus | None = None
    try:
        # As it was while the certificate was valid: a chain is one fact, and a date another.
        then = min(max(at, certificate.not_valid_before), certificate.not_valid_after)
        status = _validated(signature, Evidence(roots=evidence.roots), at=then) if known else None
    except DisallowedAlgorithmError:
        known = False
    except (SignatureValidationError, UnacceptableSignerError):
        pass  # what cannot be validated is not intact
    if status and status.trust_problem_indic in WEAK:
        known = False
    facts = SignatureFacts(
        field=signature.field_name[:LONGEST_NAME],
        sub_filter=sub_filter.removeprefix("/")[:LONGEST_NAME],
        known_kind=known,
        signer=_name(certificate.subject),
        issuer=_name(certificate.issuer),
        authority=identity.authority,
        identification=identity.identification,
        ruc=identity.ruc,
        intact=status is not None and status.intact and status.valid,
        coverage=_coverage(status, fields),
        chain=Chain.UNTRUSTED,
        valid_from=certificate.not_valid_before,
        valid_until=certificate.not_valid_after,
        signed_at=_signed_at(signature),
        revocation=Revocation.NOT_STATED,
        revoked_at=None,
        institution=False,
        certificate=certificate.sha256.hex(),
    )
    path = _path(status)
    if not path:
        return Read(facts=facts, path=())
    usage = certificate.key_usage_value
    fits = usage is None or bool(SIGNING & set(usage.native))
    facts = replace(facts, chain=Chain.TRUSTED if fits else Chain.WRONG_USE)
    if _says_where_to_ask(certificate):
        facts = _with_revocation(facts, signature, evidence, at=at)
    return Read(facts=facts, path=tuple(one.dump() for one in path))


def _with_revocation(
    facts: SignatureFacts, signature: EmbeddedPdfSignature, evidence: Evidence, *, at: datetime
) -> SignatureFacts:
    if not evidence.answered:
        return replace(facts, revocation=Revocation.PENDING)
    status = _validated(signature, evidence, at=at)
    if revoked := status.revocation_details:
        return replace(facts, revocation=Revocation.REVOKED, revoked_at=revoked.revocation_date)
    return replace(facts, revocation=Revocation.GOOD if _path(status) else Revocation.UNREACHABLE)


def _validated(signature: EmbeddedPdfSignature, evidence: Evidence, *, at: datetime) -> PdfSignatureStatus:
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(root) for root in evidence.roots],
        moment=at,
        allow_fetching=False,
        ocsps=_readable(ocsp.OCSPResponse, evidence.ocsps),
        crls=_readable(crl.CertificateList, evidence.crls),
        revinfo_policy=CONFIRMED if evidence.answered else UNASKED,
    )
    return _awaited(
        async_validate_pdf_signature(
            signature,
            signer_validation_context=context,
            key_usage_settings=KeyUsageConstraints(key_usage=set()),
        )
    )


def _awaited(validation: Coroutine[Any, Any, PdfSignatureStatus]) -> PdfSignatureStatus:
    """What pyHanko finds without waiting: it fetches nothing, so no event loop has to be made for it."""
    try:
        validation.send(None)
    except StopIteration as finished:
        status: PdfSignatureStatus = finished.value
        return status
    validation.close()
    raise RuntimeError("pyHanko waits for something")


def _readable(kind: type[core.Sequence], answers: Sequence[bytes]) -> list[core.Sequence]:
    """What authorities answered, without what is no answer at all."""
    found = []
    for answer in answers:
        try:
            loaded = kind.load(answer, strict=True)
            loaded.native  # noqa: B018  reads all of it
        except (ValueError, TypeError, KeyError):
            continue
        if not isinstance(loaded, ocsp.OCSPResponse) or loaded["response_status"].native == "successful":
            found.append(loaded)
    return found


def _path(status: PdfSignatureStatus | None) -> list[x509.Certificate]:
    """The chain from a trust root; none when it is not to be trusted, though pyHanko names one."""
    if status is None or status.validation_path is None or status.trust_problem_indic is not None:
        return []
    return list(status.validation_path.iter_certs(include_root=True))


def _coverage(status: PdfSignatureStatus | None, fields: set[str]) -> Coverage:
    if status is None or status.coverage is None or status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return Coverage.PARTIAL
    if status.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return Coverage.WHOLE
    changes = status.diff_result
    if not isinstance(changes, DiffResult) or not status.docmdp_ok or changes.changed_form_fields - fields:
        return Coverage.CHANGED_LATER
    return Coverage.SIGNED_LATER


def _says_where_to_ask(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.ocsp_urls or certificate.crl_distribution_points)
    except ValueError:  # an address that is none
        return False


def _signed_at(signature: EmbeddedPdfSignature) -> datetime | None:
    try:
        stated = signature.self_reported_timestamp
    except (ValueError, TypeError, PdfError):
        return None
    if stated is None:
        return None
    return (stated if stated.tzinfo else stated.replace(tzinfo=GUAYAQUIL)).astimezone(UTC)


def _name(name: x509.Name) -> str:
    native = name.native
    best = native.get("common_name") or name.human_friendly
    return str(best if isinstance(best, str) else ", ".join(map(str, best)))[:LONGEST_NAME]
