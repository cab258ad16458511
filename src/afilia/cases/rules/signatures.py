"""Which faults of a signature keep a document from being taken, and which are for an official to judge."""

from collections.abc import Iterable

from afilia.documents.rules.signatures import SignaturePolicy, SignatureReason
from afilia.procedures.rules import Option, Signature

# No trust roots come with the portal, and an authority that it does not know may still be a real one.
FOR_AN_OFFICIAL = frozenset(
    {SignatureReason.UNTRUSTED, SignatureReason.UNKNOWN_KIND, SignatureReason.NO_IDENTITY}
)


def policy(option: Option) -> SignaturePolicy:
    """What is checked of a file; nothing can be told of a signature by hand."""
    match option.signature:
        case Signature.ELECTRONIC:
            return SignaturePolicy.REQUIRED
        case Signature.FORBIDDEN:
            return SignaturePolicy.FORBIDDEN
        case Signature.NONE | Signature.BY_HAND:
            return SignaturePolicy.NONE


def refused(reasons: Iterable[SignatureReason]) -> list[SignatureReason]:
    """The reasons for which a document is refused at once; the others are shown to the official."""
    return [reason for reason in reasons if reason not in FOR_AN_OFFICIAL]
