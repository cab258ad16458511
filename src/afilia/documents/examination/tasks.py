"""What a process of the sandbox can be asked; questions and answers are JSON beside the bytes of a file."""

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Any

from afilia.documents import facts
from afilia.documents.examination import content as contents
from afilia.documents.examination import jpeg, pages, pdf, sheets, signatures
from afilia.documents.examination.errors import FileRefusedError
from afilia.documents.examination.signatures import Evidence, Read
from afilia.documents.rules.files import Refusal
from afilia.procedures.rules import Format

Answer = tuple[dict[str, Any], bytes]


def examine(question: dict[str, Any], content: bytes) -> Answer:
    """Open a file of any kind; the answer has its kind, pages and signatures, and what to keep of it."""
    kind = contents.kind_of(content)
    if isinstance(kind, Refusal):
        raise FileRefusedError(kind)
    if kind not in question["accept"]:
        raise FileRefusedError(Refusal.NOT_ASKED)
    if kind is Format.JPG:
        return {"kind": kind, "pages": 1, "signatures": []}, jpeg.cleaned(content)
    found = pdf.opened(content)
    signed = _read(question, content) if found.signed else []
    return {
        "kind": kind,
        "pages": found.pages,
        "signatures": [facts.as_json(one.facts) for one in signed],
    }, found.content


def verify(question: dict[str, Any], content: bytes) -> Answer:
    """Read the signatures of a file that was kept; the answer has the certificates of each trusted chain."""
    signed = _read(question, content)
    return {
        "signatures": [facts.as_json(one.facts) for one in signed],
        "paths": [[_packed(certificate) for certificate in one.path] for one in signed],
    }, b""


def picture(question: dict[str, Any], content: bytes) -> Answer:
    """Draw one page of a PDF."""
    return {}, pages.picture(content, number=question["number"])


def sheet(_question: dict[str, Any], content: bytes) -> Answer:
    """Read the first sheet of a workbook."""
    return {}, sheets.text(content)


def _read(question: dict[str, Any], content: bytes) -> list[Read]:
    evidence = Evidence(
        roots=[_unpacked(root) for root in question["roots"]],
        ocsps=[_unpacked(answer) for answer in question.get("ocsps", [])],
        crls=[_unpacked(answer) for answer in question.get("crls", [])],
        answered=question.get("answered", False),
    )
    return signatures.read(content, evidence, at=datetime.fromisoformat(question["at"]))


def _packed(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _unpacked(text: str) -> bytes:
    return base64.b64decode(text)


TASKS: dict[str, Callable[[dict[str, Any], bytes], Answer]] = {
    "examine": examine,
    "verify": verify,
    "picture": picture,
    "sheet": sheet,
}
