"""Received files on their way to staff: the original as a download, its pages as pictures; nothing that acts.

Whose case it is, and the row in the ledger, are the affair of the view that calls this.
"""

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from afilia.documents import queries
from afilia.documents.examination import sandbox
from afilia.documents.models import ReceivedFile
from afilia.documents.rules.files import CONTENT_TYPES
from afilia.procedures.rules import Format

PICTURE = "image/png"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def original(file: ReceivedFile) -> HttpResponse:
    """What is kept of a file, to be saved. Raises like `queries.read_received`."""
    return _response(
        queries.read_received(file), CONTENT_TYPES[Format(file.kind)], name=file.name, attached=True
    )


def page(file: ReceivedFile, number: int) -> HttpResponse:
    """A page, counted from 1, as a picture to be seen; a photo is its own only page.

    Raises Http404 for a page that is not there, FileRefusedError for one that cannot be drawn, BusyError, and
    like `queries.read_received`.
    """
    if not 1 <= number <= file.pages:
        raise Http404
    content = queries.read_received(file)
    if file.kind == Format.JPG:
        return _response(content, CONTENT_TYPES[Format.JPG], name=file.name, attached=False)
    picture = sandbox.picture(content, number=number)
    return _response(picture, PICTURE, name=f"{file.name}-{number}.png", attached=False)


def _response(content: bytes, content_type: str, *, name: str, attached: bool) -> HttpResponse:
    # An inline answer without a name of its own would be saved under the last word of the address.
    disposition = content_disposition_header(as_attachment=attached, filename=name) or "attachment"
    if not attached:
        disposition = f"inline; {disposition.partition('; ')[2]}"
    return HttpResponse(
        content, content_type=content_type, headers={**HEADERS, "Content-Disposition": disposition}
    )
