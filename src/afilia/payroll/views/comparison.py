from collections.abc import Callable, Iterator
from threading import BoundedSemaphore
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from afilia.access.decorators import HolderRequest, act_required, holder_required
from afilia.access.queries import Holder
from afilia.kit.downloads import CSV, XLSX, freeing, stream
from afilia.novedades import roster
from afilia.novedades.reader import language
from afilia.novedades.rules.acts import ACTS
from afilia.payroll import actions, queries, saying
from afilia.payroll.columns import columns as known_columns
from afilia.payroll.comparing import layout_of
from afilia.payroll.forms import ColumnsForm
from afilia.payroll.models import Comparison
from afilia.payroll.rules.differences import CLOSING, Kind
from afilia.payroll.rules.states import Refusal, State
from afilia.payroll.rules.values import Problem

REFUSED = 422
PER_PAGE = 25
PROBLEMS = 100  # shown of the rows that could not be read
EXPORTS = BoundedSemaphore(2)
EXPORT_WAIT = 0.5  # seconds
CLOSING_ACTS = frozenset(ACTS[effect] for effect in CLOSING.values())

Write = Callable[..., Iterator[bytes]]


def comparison_or_404(request: HolderRequest, comparison_id: UUID, *, compared: bool = False) -> Comparison:
    """The comparison, when these eyes may see it; with `compared`, only one that is done."""
    try:
        found = queries.get_for_holder(request.holder, comparison_id)
    except Comparison.DoesNotExist:
        raise Http404 from None
    if compared and found.state != State.COMPARED:
        raise Http404
    return found


@require_safe
@holder_required
def page(request: HolderRequest, comparison_id: UUID) -> HttpResponse:
    """One address for the whole life of a comparison; each state has its page."""
    shown = comparison_or_404(request, comparison_id)
    if shown.state == State.ASKING:
        return redirect("payroll:columns", shown.pk)
    if shown.state == State.WORKING:
        return render(request, "payroll/working.html", {"comparison": shown})
    if shown.state == State.REFUSED:
        why = saying.REFUSALS[Refusal(shown.refusal)]
        return render(request, "payroll/refused.html", {"comparison": shown, "why": why})
    return render(request, "payroll/compared.html", _compared(request, shown))


def _compared(request: HolderRequest, shown: Comparison) -> dict[str, object]:
    kinds = shown.summary["kinds"]
    kind = request.GET.get("diferencia", "")
    kind = kind if kind in kinds else ""
    places = {branch for branch, _kind, _count in shown.summary["branches"]}
    branch = request.GET.get("sucursal")
    branch = branch if branch in places else None
    number = request.GET.get("page", "")
    at = int(number) if number.isascii() and number.isdecimal() and len(number) < 8 else 1
    total, _none = queries.differences(shown, kind=kind, branch=branch, count=0)
    listed = Paginator(range(total), PER_PAGE).get_page(at)
    first = (listed.number - 1) * PER_PAGE
    _total, found = queries.differences(shown, kind=kind, branch=branch, first=first, count=PER_PAGE)
    problems = queries.problems(shown, count=PROBLEMS)
    labels = {column.name: column.label[language()] for column in known_columns()}
    return {
        "comparison": shown,
        "kinds": [(one.value, saying.KINDS[one], kinds[one.value]) for one in Kind if one.value in kinds],
        "places": [
            (place, saying.KINDS[Kind(name)], name, count) for place, name, count in shown.summary["branches"]
        ],
        "kind": kind,
        "branch": branch,
        "total": total,
        "page": listed,
        "rows": saying.rows(found),
        "files": _files(shown, request.holder),
        "problems": [
            (line, number, saying.PROBLEMS[Problem(problem)])
            for line, number, problem in problems.iter_rows()
        ],
        "problem_count": sum(shown.summary["problems"].values()),
        "read_as": [(labels[name], shown.headings[place]) for name, place in shown.columns.items()],
        "changed": shown.employer.history_version != shown.history_version,
    }


def _files(shown: Comparison, holder: Holder) -> list[dict[str, object]]:
    """The types of novedad that would close differences and that somebody may file, with how many."""
    context = settings.POLICY.context(timezone.localdate())
    counted: dict[str, dict[str, object]] = {}
    for name, count in shown.summary["kinds"].items():
        layout = layout_of(Kind(name), context)
        if layout and holder.may(ACTS[layout.effect]):
            row = counted.setdefault(
                layout.type, {"novedad": layout.type, "name": layout.name[language()], "count": 0}
            )
            row["count"] = int(str(row["count"])) + count
    return [*counted.values()]


@require_safe
@holder_required
def progress(request: HolderRequest, comparison_id: UUID) -> HttpResponse:
    """The part of the page that HTMX asks for again and again; at the end the page is loaded anew."""
    shown = comparison_or_404(request, comparison_id)
    if shown.state != State.WORKING:
        return HttpResponseClientRefresh()
    return render(request, "payroll/progress.html", {"comparison": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@act_required(*CLOSING_ACTS)
def columns(request: HolderRequest, comparison_id: UUID) -> HttpResponse:
    """Ask which column of the list is which."""
    shown = comparison_or_404(request, comparison_id)
    if not shown.headings:
        return redirect("payroll:comparison", shown.pk)
    form = ColumnsForm(
        request.POST or None, headings=shown.headings, found=shown.columns, language=language()
    )
    if form.is_valid():
        actions.say_columns(
            comparison=shown, columns=form.places, now=timezone.now(), actor=request.holder.actor
        )
        return redirect("payroll:comparison", shown.pk)
    context = {"comparison": shown, "form": form}
    return render(request, "payroll/columns.html", context, status=REFUSED if form.is_bound else 200)


@require_POST
@act_required(*CLOSING_ACTS)
def again(request: HolderRequest, comparison_id: UUID) -> HttpResponse:
    shown = comparison_or_404(request, comparison_id)
    actions.compare_again(comparison=shown, now=timezone.now(), actor=request.holder.actor)
    return redirect("payroll:comparison", shown.pk)


@require_safe
@holder_required
def differences_csv(request: HolderRequest, comparison_id: UUID) -> HttpResponseBase:
    return _export(request, comparison_id, roster.as_csv, "csv", CSV)


@require_safe
@holder_required
def differences_xlsx(request: HolderRequest, comparison_id: UUID) -> HttpResponseBase:
    return _export(request, comparison_id, roster.as_xlsx, "xlsx", XLSX)


def _export(
    request: HolderRequest, comparison_id: UUID, write: Write, ending: str, content_type: str
) -> HttpResponseBase:
    shown = comparison_or_404(request, comparison_id, compared=True)
    if not EXPORTS.acquire(timeout=EXPORT_WAIT):
        busy = render(request, "novedades/workers_busy.html", status=503)
        busy["Retry-After"] = "5"  # seconds
        return busy
    told = saying.sheet(queries.difference_parts(shown))
    parts = write(told, shown=saying.shown())
    name = f"diferencias-{shown.month:%Y-%m}.{ending}"
    return stream(freeing(parts, EXPORTS), name, content_type)
