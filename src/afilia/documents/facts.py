"""What is known about signatures, as JSON and back."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from afilia.documents.rules.signatures import Chain, Coverage, Revocation, SignatureFacts

TIMES = ("valid_from", "valid_until", "signed_at", "revoked_at")


def as_json(signature: SignatureFacts) -> dict[str, Any]:
    raw = asdict(signature)
    return raw | {name: raw[name].isoformat() for name in TIMES if raw[name]}


def from_json(raw: Mapping[str, Any]) -> SignatureFacts:
    known = {field.name: raw[field.name] for field in fields(SignatureFacts)}
    known |= {name: datetime.fromisoformat(known[name]) for name in TIMES if known[name]}
    known |= {
        "coverage": Coverage(known["coverage"]),
        "chain": Chain(known["chain"]),
        "revocation": Revocation(known["revocation"]),
    }
    return SignatureFacts(**known)
