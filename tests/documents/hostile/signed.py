"""Signatures that prove nothing, or not what they should."""

from collections.abc import Iterator
from datetime import timedelta

from afilia.documents.rules.files import Refusal
from afilia.documents.rules.signatures import SignatureReason
from tests.documents.authority import (
    OTHER_CEDULA,
    PADES,
    PKCS7,
    Authority,
    altered,
    changed_later,
    fill_form,
    set_form,
)
from tests.documents.hostile import Hostile, marked, refused
from tests.documents.hostile.papers import ACTING, changed
from tests.documents.hostile.renamed import SCRIPT, zipped
from tests.documents.papers import plain_pdf

DAY = timedelta(days=1)


def files(authority: Authority) -> Iterator[Hostile]:
    """Signatures in the name of authority.CEDULA; that of the authority is trusted, the others' are not."""
    for sub_filter in (PADES, PKCS7):
        for one in _of(authority, sub_filter):
            yield Hostile(
                name=f"{one.name} ({sub_filter})",
                content=one.content,
                refused=one.refused,
                marked=one.marked,
            )
    yield marked("nobody's signature", plain_pdf(), SignatureReason.UNSIGNED)
    yield marked("part of it", authority.issue().sign_partly(plain_pdf()), SignatureReason.NOT_WHOLE)


def _of(authority: Authority, sub_filter: str) -> Iterator[Hostile]:
    now, plain = authority.now, plain_pdf()
    impostor = Authority.make(now=now)

    def sign(pdf: bytes = plain, *, by: Authority = authority, **certificate: object) -> bytes:
        return by.issue(**certificate).sign(pdf, sub_filter=sub_filter)

    good = sign()
    yield marked("altered", altered(good), SignatureReason.ALTERED)
    yield marked("changed later", changed_later(good), SignatureReason.ALTERED)
    yield marked("form filled later", set_form(sign(fill_form(plain)), "9"), SignatureReason.ALTERED)
    yield marked("another authority of the same name", sign(by=impostor), SignatureReason.UNTRUSTED)
    expired = {"valid_from": now - 90 * DAY, "valid_until": now - DAY}
    yield marked("expired", sign(**expired), SignatureReason.EXPIRED)
    yield marked("not valid yet", sign(valid_from=now + DAY), SignatureReason.NOT_YET_VALID)
    yield marked("another person", sign(cedula=OTHER_CEDULA), SignatureReason.ANOTHER_PERSON)
    yield marked("another company", sign(cedula="", ruc="0990012345001"), SignatureReason.ANOTHER_PERSON)
    yield marked("no numbers", sign(cedula="", ruc=""), SignatureReason.NO_IDENTITY)
    yield marked("made-up numbers", sign(arc="1.3.6.1.4.1.99999.3"), SignatureReason.NO_IDENTITY)
    yield marked("not for signing", sign(usage="encrypt"), SignatureReason.WRONG_USE)
    weak = authority.issue().sign(plain, sub_filter=sub_filter, hash_name="sha1")
    yield marked("weak digest", weak, SignatureReason.UNKNOWN_KIND)
    other_kind = good.replace(f"/{sub_filter}".encode(), b"/" + b"x" * len(sub_filter))
    yield marked("unknown kind", other_kind, SignatureReason.UNKNOWN_KIND)
    start = good.index(b"/Contents <") + len(b"/Contents <")
    broken = good[:start] + b"0" * 64 + good[start + 64 :]
    yield refused("signature that is none", broken, Refusal.UNREADABLE_SIGNATURE)
    archive = zipped("virus.exe")
    yield refused("archive after it", good + archive, Refusal.TWO_IN_ONE, Refusal.DAMAGED_PDF)
    yield refused("page after it", good + b"\n<html>" + SCRIPT, Refusal.TWO_IN_ONE, Refusal.DAMAGED_PDF)
    yield refused("cut", good[:-400], Refusal.DAMAGED_PDF)
    acting = changed(ACTING["javascript when it opens"][0])
    yield refused("signed javascript", sign(acting), Refusal.SCRIPT)
    attached = changed(ACTING["attachment"][0])
    yield refused("signed attachment", sign(attached), Refusal.EMBEDDED_FILES)
