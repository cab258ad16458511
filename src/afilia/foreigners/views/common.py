"""What the pages of requests share, whoever they are for."""

from collections.abc import Callable
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from afilia.documents.foreigner_papers import render_code_authorisation, render_code_request
from afilia.foreigners.errors import RefusedError
from afilia.foreigners.forms.requests import RequestForm
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.queries.papers import facts
from afilia.procedures.rules import WhoComes

PAGE = ["GET", "HEAD", "POST"]
REFUSED = 422
WHO = {
    "empleador": WhoComes.EMPLOYER,
    "apoderado": WhoComes.ATTORNEY,
    "tercero": WhoComes.AUTHORISED_THIRD_PARTY,
}
PAPERS = {
    "solicitud": render_code_request,
    "autorizacion": render_code_authorisation,
}
V = TypeVar("V", bound=Callable[..., HttpResponseBase])


class WhoConverter:
    """Who comes, as it stands in addresses."""

    regex = "|".join(WHO)

    def to_python(self, value: str) -> WhoComes:
        return WHO[value]

    def to_url(self, value: WhoComes) -> str:
        return next(word for word, who in WHO.items() if who is WhoComes(value))


class PaperConverter:
    """A paper, as it stands in addresses."""

    regex = "|".join(PAPERS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def private(view: V) -> V:
    """Keep a page out of caches, and what is typed into it out of the pages of errors."""
    return never_cache(sensitive_post_parameters()(view))


def posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def taken(form: RequestForm, save: Callable[[], CodeRequest]) -> CodeRequest | None:
    """What became of a valid form; None where it was refused, and the form says why."""
    try:
        return save()
    except RefusedError as error:
        form.refuse(error)
        return None


def paper(found: CodeRequest, name: str) -> HttpResponse:
    """One of the papers of a request, made now."""
    if name == "autorizacion" and found.who_comes != WhoComes.AUTHORISED_THIRD_PARTY:
        raise Http404
    content = PAPERS[name](facts(found))
    disposition = f'attachment; filename="{name}-{found.request_number}.pdf"'
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": disposition})
