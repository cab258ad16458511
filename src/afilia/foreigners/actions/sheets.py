"""The sheet with a code. It is made by a job, after the code is issued."""

from django.db import transaction
from django.utils.translation import override

from afilia.documents import actions as documents
from afilia.documents import queries as known
from afilia.documents import signing
from afilia.documents.foreigner_papers import CodeSheetFacts, render_code_sheet
from afilia.documents.models import IssuedDocument, Kind
from afilia.documents.requests import Signatory
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.queries import deciding as queries
from afilia.foreigners.queries.requests import locked
from afilia.kit import countries


def make_sheet(*, request_id: int) -> IssuedDocument:
    """The signed sheet of an issued code; asked again, the same one. Not in a transaction."""
    request = queries.issued(request_id)
    sheet = queries.sheet_of(request) or _issue(request)
    with transaction.atomic():
        row = locked(request.pk)
        if row.sheet_id is None:
            row.sheet = sheet
            row.save(update_fields=["sheet"])
    return sheet


def _issue(request: CodeRequest) -> IssuedDocument:
    at, code, office = request.decided_at, request.code, request.office
    if at is None or code is None or office is None:
        raise ValueError(f"request {request.pk} has no code")
    number = request.request_number
    verification = known.code_of(kind=Kind.FOREIGNER_CODE, number=number)
    with override("es"):
        facts = CodeSheetFacts(
            number=number,
            issued_at=at,
            foreigner_code=code.number,
            worker=Signatory(
                names=request.names,
                document=str(request.get_document_display()),
                number=request.number,
                country=countries.name(request.country),
            ),
            birth_on=request.birth_on,
            employer_name=request.employer.name,
            ruc=request.employer.ruc,
            office=office.name,
            code=verification,
            verify_url=known.verify_url(verification),
        )
    pdf = signing.sign(render_code_sheet(facts), at=at)
    return documents.issue(kind=Kind.FOREIGNER_CODE, number=number, pdf=pdf, at=at, code=verification)
