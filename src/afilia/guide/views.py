from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from afilia.procedures.catalogue import load


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    procedures = sorted(load().procedures.values(), key=lambda procedure: procedure.sheet)
    return render(request, "guide/index.html", {"procedures": procedures})


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """All that the catalogue says of a procedure."""
    procedure = load().procedures.get(slug)
    if procedure is None:
        raise Http404
    applicants = [load().applicants[kind] for kind in procedure.applicants]
    return render(request, "guide/page.html", {"procedure": procedure, "applicants": applicants})
