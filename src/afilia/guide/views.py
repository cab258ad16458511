"""The catalogue: a page for each procedure, what is needed in one's own case, and all of it as data."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from afilia.guide import open_data
from afilia.guide.forms import LABELS, OF_REQUIREMENT, ProcedureForm, QuestionForm, hints, said
from afilia.guide.places import places
from afilia.guide.rules import APPLICANT, CHANNEL, Case, case_of
from afilia.guide.starting import start_url
from afilia.procedures.catalogue import load
from afilia.procedures.rules import Channel, Procedure, Way
from afilia.transparency import showing
from afilia.transparency.policy import sources
from afilia.transparency.queries import figures

MONTHS = 12  # of the table on a procedure's page; the whole one is a link away
ASKED = "pregunta"
APPOINTMENT = "turno"  # the document
OF_WHAT_IS_SENT = "documentos-tramite"  # the documents of another procedure
ICONS = {
    "registro-empleador": "building",
    "clave-patronal": "key",
    "recuperacion-clave": "key",
    "aviso-entrada-salida": "people",
    "novedades-batch": "upload",
    "dependientes": "people",
    "codigo-extranjeros": "people",
    "turnos": "calendar",
}
JSON = {"ensure_ascii": False}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    procedures = [(one, ICONS.get(one.slug, "seal")) for one in load().procedures.values()]
    return render(request, "guide/index.html", {"procedures": procedures})


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """All that the catalogue says of a procedure, with its latest figures."""
    procedure, catalogue = _procedure(slug), load()
    source, source_on = sources()
    shown: dict[str, Any] = {
        "procedure": procedure,
        "catalogue": catalogue,
        "applicants": [catalogue.applicants[kind] for kind in procedure.applicants],
        "addressees": [catalogue.addressees[kind] for kind in procedure.addressees],
        "ways": [_way(procedure, way) | _places(procedure, way) for way in procedure.ways],
        "related": [catalogue.procedures[one] for one in procedure.related],
        "instead": catalogue.procedures.get(procedure.instead),
        "table": showing.series_table(figures.all_series(today=timezone.localdate())[slug][-MONTHS:]),
        "figures_source": source,
        "figures_on": source_on,
        "linked": open_data.block(open_data.linked(catalogue, procedure)),
    }
    return render(request, "guide/page.html", shown)


@require_safe
def needs(request: HttpRequest) -> HttpResponse:
    """Choose the procedure of which to ask what it needs."""
    form = ProcedureForm(request.GET if ASKED in request.GET else None)
    if form.is_valid():
        return redirect("guide:needs-of", form.cleaned_data["tramite"])
    return render(request, "guide/needs.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
def needs_of(request: HttpRequest, slug: str) -> HttpResponse:
    """A question at a time, then the exact list; the address holds the answers and nothing else."""
    procedure = _procedure(slug)
    case = case_of(procedure, request.GET.dict())
    shown: dict[str, Any] = {"procedure": procedure, "answers": _answers(procedure, case)}
    asked = request.GET.get(ASKED)
    if case.question and asked in {None, case.question.name}:
        form = QuestionForm(request.GET if asked else None, question=case.question)
        shown |= {"form": form, "given": case.answers, "hints": hints(procedure, case.question)}
        shown["asked"] = case.question.name
        return render(request, "guide/question.html", shown, status=422 if form.is_bound else 200)
    if asked:
        return redirect(_needs_url(procedure, case.answers))
    way = procedure.way(case.channel) if case.channel else None
    documents = {option.document.slug for option in case.needed}
    shown |= {"needed": case.needed, "has_appointment": APPOINTMENT in documents}
    if OF_WHAT_IS_SENT in documents:
        answers = {APPLICANT: case.answers[APPLICANT], CHANNEL: str(Channel.VIRTUAL)}
        shown["sent"] = [(one, _needs_url(one, answers)) for one in load().on(Channel.VIRTUAL)]
    shown |= {"instead": load().procedures.get(procedure.instead), **(_way(procedure, way) if way else {})}
    return render(request, "guide/list.html", shown)


@require_safe
def catalogue(_request: HttpRequest) -> JsonResponse:
    return JsonResponse(open_data.catalogue_data(load()), json_dumps_params=JSON)


@require_safe
def schema(_request: HttpRequest) -> HttpResponse:
    file = files("afilia.guide").joinpath("data", "catalogo.schema.json")
    return HttpResponse(file.read_bytes(), content_type="application/schema+json")


@require_safe
def data(_request: HttpRequest, slug: str) -> JsonResponse:
    return JsonResponse(open_data.procedure_data(load(), _procedure(slug)), json_dumps_params=JSON)


def _procedure(slug: str) -> Procedure:
    procedure = load().procedures.get(slug)
    if procedure is None:
        raise Http404
    return procedure


def _way(procedure: Procedure, way: Way) -> dict[str, Any]:
    return {"way": way, "channel": load().channels[way.channel], "start_url": start_url(procedure, way)}


def _places(procedure: Procedure, way: Way) -> dict[str, Any]:
    return {"places": places(procedure.slug, on=timezone.localdate()) if way.by_appointment else []}


def _answers(procedure: Procedure, case: Case) -> list[tuple[Any, str, str]]:
    """What was asked, what was answered, and where to answer it anew."""
    names = [*case.answers]
    return [
        (
            LABELS.get(name, OF_REQUIREMENT),
            said(name, case.answers[name]),
            _needs_url(procedure, {before: case.answers[before] for before in names[:place]}),
        )
        for place, name in enumerate(names)
    ]


def _needs_url(procedure: Procedure, answers: Mapping[str, str]) -> str:
    query = f"?{urlencode(answers)}" if answers else ""
    return f"{reverse('guide:needs-of', args=[procedure.slug])}{query}"
