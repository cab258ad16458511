"""Whose a certificate is: the identity numbers that Ecuador's authorities write into it."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from asn1crypto import core, x509

from afilia.documents.examination.limits import DATA

LONGEST = 40  # characters of a number or a passport


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Of the holder; what a certificate does not state is empty."""

    authority: str = ""
    identification: str = ""
    ruc: str = ""


@cache
def known() -> dict[str, Any]:
    """The fields of each authority, as data/authorities.toml has them."""
    return tomllib.loads((DATA / "authorities.toml").read_text("utf-8"))


def holder(certificate: x509.Certificate) -> Identity:
    """The holder's numbers as the certificate states them; that it is to be trusted is another question."""
    stated = dict(_stated(certificate))
    for authority in known()["authority"]:
        number = stated.get(authority["identification"]) or stated.get(authority.get("passport", ""), "")
        ruc = stated.get(authority["ruc"], "")
        if number or ruc:
            return Identity(
                authority=authority["name"], identification=number, ruc=ruc if _is_ruc(ruc) else ""
            )
    return _in_subject(certificate)


def _in_subject(certificate: x509.Certificate) -> Identity:
    subject = known()["subject"]
    found = {"identification": "", "ruc": ""}
    for attribute in _attributes(certificate.subject):
        for name in found:
            prefixes = tuple(subject[f"{name}_prefixes"])
            if attribute[0] == subject[name] and attribute[1].upper().startswith(prefixes):
                found[name] = attribute[1].partition("-")[2].strip()
    return Identity(
        identification=found["identification"][:LONGEST], ruc=found["ruc"] if _is_ruc(found["ruc"]) else ""
    )


def _stated(certificate: x509.Certificate) -> Iterator[tuple[str, str]]:
    """All that extensions and other names of the holder say, by object identifier; the first one wins."""
    found: list[tuple[str, str]] = []
    for extension in certificate["tbs_certificate"]["extensions"]:
        name = extension["extn_id"].dotted
        if name == "2.5.29.17":
            found += _other_names(extension["extn_value"].parsed)
        else:
            found.append((name, _text(extension["extn_value"].contents)))
    yield from reversed([(name, text) for name, text in found if text])


def _other_names(names: x509.GeneralNames) -> Iterator[tuple[str, str]]:
    for name in names:
        if name.name == "other_name":
            yield name.chosen["type_id"].dotted, _text(name.chosen["value"].contents)
        elif name.name == "directory_name":
            yield from _attributes(name.chosen)


def _attributes(name: x509.Name) -> Iterator[tuple[str, str]]:
    for relative in name.chosen:
        for attribute in relative:
            yield attribute["type"].dotted, str(attribute["value"].native).strip()


def _text(raw: bytes) -> str:
    """The text in a value that may be an ASN.1 text, bytes in an ASN.1 wrapping, or bare bytes."""
    try:
        value = core.load(raw, strict=True).native
    except ValueError:
        value = raw
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    text = value.strip() if isinstance(value, str) else ""
    return text if text.isprintable() and "\ufffd" not in text and len(text) <= LONGEST else ""


def _is_ruc(text: str) -> bool:
    return len(text) == 13 and text.isascii() and text.isdigit()
