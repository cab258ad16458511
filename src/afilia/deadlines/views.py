from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from afilia.access.decorators import HolderRequest, act_required, holder_required
from afilia.access.rules.acts import Act, NotGivenError
from afilia.deadlines import actions, queries
from afilia.deadlines.calendar import calendar_of, title
from afilia.deadlines.catalogue import contributions
from afilia.deadlines.rules import dues, event_rules
from afilia.novedades.reader import language

CALENDAR = "text/calendar; charset=utf-8"


@require_safe
@holder_required
def page(request: HolderRequest) -> HttpResponse:
    return _page(request)


def _page(request: HolderRequest, *, token: str = "") -> HttpResponse:
    context = settings.POLICY.context(timezone.localdate())
    holder, layouts = request.holder, context.catalogue.layouts
    coming = [due for due in dues(context, contributions(), months_back=2) if due.on >= context.today]
    shown = {
        "rows": [{"due": due, "title": title(due), "left": (due.on - context.today).days} for due in coming],
        "events": [
            {"rule": rule, "name": layouts[rule.novedad].name[language()]} for rule in event_rules(context)
        ],
        "open": queries.open_for_holder(holder, today=context.today),
        "working_days": context.working_days,
        "feed": queries.feed_of(holder),
        "address": _address(token) if token else "",
        "silent": queries.is_silent(holder.employer),
        "own": holder.delegation_id is None,
        "before": settings.WARN_DAYS_BEFORE,
        "after": settings.WARN_DAYS_AFTER,
    }
    return render(request, "deadlines/page.html", shown)


def _address(token: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse('deadlines:feed', args=[token])}"


@require_POST
@act_required(Act.REQUESTS)
def feed_settings(request: HolderRequest) -> HttpResponse:
    """Make the link of the calendar anew, shown this once, or end it."""
    if request.holder.delegation_id is not None:
        raise Http404  # the link lives with a key of the employer's
    if request.POST.get("do") == "end":
        actions.end_feed(holder=request.holder, now=timezone.now())
        messages.success(request, gettext("El enlace del calendario ya no funciona."))
        return redirect("deadlines:page")
    return _page(request, token=actions.make_feed(holder=request.holder, now=timezone.now()))


@require_POST
@act_required(Act.REQUESTS)
def warnings(request: HolderRequest) -> HttpResponse:
    if request.holder.branches is not None:
        raise NotGivenError(None)  # they are for all the branches
    wanted = request.POST.get("wanted") == "1"
    actions.set_warnings(holder=request.holder, wanted=wanted, now=timezone.now())
    messages.success(
        request,
        gettext("Le avisaremos por correo.") if wanted else gettext("Ya no le avisaremos por correo."),
    )
    return redirect("deadlines:page")


@require_safe
@never_cache
def feed(_request: HttpRequest, token: str) -> HttpResponse:
    """The calendar, for programs that have the link; nobody signs in."""
    if queries.feed(token) is None:
        raise Http404
    context = settings.POLICY.context(timezone.localdate())
    found = dues(context, contributions(), months_back=2)
    return HttpResponse(calendar_of(found, now=timezone.now()), content_type=CALENDAR)
