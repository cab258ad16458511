"""Two hundred files that nobody should send: each is refused, marked or made harmless, and none acts."""

import resource
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import pytest

from afilia.documents import actions, queries, serving
from afilia.documents.models import ReceivedFile
from afilia.documents.rules.signatures import Applicant, SignaturePolicy, signature_verdict
from tests.documents.authority import CEDULA, RUC, Authority
from tests.documents.hostile import Hostile, papers, photos, renamed, signed
from tests.documents.papers import MOST

NOW = datetime.now(UTC).replace(microsecond=0)
APPLICANT = Applicant(numbers=frozenset({CEDULA}), ruc=RUC)
SAFE = {"application/pdf", "image/jpeg"}

pytestmark = pytest.mark.django_db


def signatures() -> Iterable[Hostile]:
    authority = Authority.make(now=NOW)
    authority.trust()
    return signed.files(authority)


GROUPS: dict[str, tuple[Callable[[], Iterable[Hostile]], int]] = {
    "renamed": (renamed.files, 58),
    "photos": (photos.files, 43),
    "papers": (papers.files, 67),
    "signed": (signatures, 40),
}


def fault(file: Hostile) -> str:
    """What is wrong with how a file ended; empty when all is well."""
    try:
        prepared = actions.prepare(chunks=[file.content], name="documento.jpg", most=2 * MOST, now=NOW)
    except actions.FileRefusedError as error:
        return "" if error.reason in file.refused else f"refused as {error.reason}"
    reasons = signature_verdict(SignaturePolicy.REQUIRED, prepared.signatures, APPLICANT, at=NOW)
    if file.marked:
        return "" if set(reasons) & file.marked else f"marked {reasons}"
    if not file.harmless:
        return "taken"
    kept = actions.keep(prepared=prepared, actor="test", now=NOW)
    return _still_acts(file, kept)


def _still_acts(file: Hostile, kept: ReceivedFile) -> str:
    if file.payload in queries.read_received(kept):
        return "the payload is kept"
    response = serving.original(kept)
    attached = response["Content-Disposition"].startswith("attachment")
    if response["Content-Type"] not in SAFE or not attached:
        return f"served as {response['Content-Type']}, {response['Content-Disposition']}"
    shown = serving.page(kept, 1)
    return "" if shown["Content-Type"] in {"image/png", "image/jpeg"} else "shown as something else"


@pytest.mark.parametrize("group", GROUPS)
def test_no_hostile_file_gets_through(group: str) -> None:
    files, least = GROUPS[group]
    before, began, seen = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic(), []
    faults = {}
    for file in files():
        assert file.name not in seen
        seen.append(file.name)
        if wrong := fault(file):
            faults[file.name] = wrong
    assert faults == {}
    assert len(seen) >= least
    assert time.monotonic() - began < 60  # on a machine that others use too; on a quiet one a few seconds
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # kB: mostly making them


def test_they_are_two_hundred() -> None:
    assert sum(least for _files, least in GROUPS.values()) >= 200
