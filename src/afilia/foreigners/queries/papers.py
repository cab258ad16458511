"""What the papers of a request say, in Spanish."""

from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import override

from afilia.documents.confirmations import ToBring
from afilia.documents.foreigner_papers import CodeRequestFacts
from afilia.documents.requests import Signatory
from afilia.employers.models import DocumentKind
from afilia.foreigners.models import CodeRequest, Power
from afilia.foreigners.queries.showing import bring
from afilia.foreigners.references import reference_of
from afilia.foreigners.saying import WHO_COMES
from afilia.kit import countries
from afilia.procedures.rules import WhoComes
from afilia.procedures.speaking import spoken


def facts(request: CodeRequest) -> CodeRequestFacts:
    """All that the request to sign, and the authorisation, say."""
    with override("es"):
        return CodeRequestFacts(
            number=request.request_number,
            revision=request.revision,
            prepared_at=request.changed_at,
            url=url_of(request),
            employer_name=request.employer.name,
            ruc=request.employer.ruc,
            signer=Signatory(
                names=request.signer_names,
                document=str(request.get_signer_document_display()),
                number=request.signer_number,
                country=countries.name(request.signer_country),
            ),
            who_comes=str(WHO_COMES[WhoComes(request.who_comes)]),
            comes=_comes(request),
            power=_power(request.power) if request.power else "",
            worker=Signatory(
                names=request.names,
                document=str(request.get_document_display()),
                number=request.number,
                country=countries.name(request.country),
            ),
            birth_on=request.birth_on,
            account=request.account,
            bring=tuple(
                ToBring(
                    options=tuple(
                        (spoken(option.document.name), spoken(option.how)) for option in requirement.options
                    )
                )
                for requirement in bring(request)
            ),
        )


def url_of(request: CodeRequest) -> str:
    """What the QR of the papers leads to."""
    path = reverse("foreigners:by-reference", args=[reference_of(request.key)])
    return f"{settings.PUBLIC_URL}{path}"


def _comes(request: CodeRequest) -> Signatory | None:
    if not request.comes_number:
        return None
    document, country = str(DocumentKind(request.comes_document).label), countries.name(request.comes_country)
    if request.comes_passport:
        document = f"{document}, y pasaporte o visa {request.comes_passport} ({country})"
    return Signatory(
        names=request.comes_names,
        document=document,
        number=request.comes_number,
        country="" if request.comes_passport else country,
    )


def _power(power: Power) -> str:
    until = f"vigente hasta el {_day(power.valid_until)}" if power.valid_until else "sin fecha de fin"
    return f"{power.notary}, escritura {power.deed}, del {_day(power.granted_on)}, {until}"


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
