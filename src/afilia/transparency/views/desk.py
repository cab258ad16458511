"""Complaints and thanks, for the officials who answer them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from afilia.procedures.catalogue import load
from afilia.staff.decorators import StaffRequest, staff_required
from afilia.transparency.actions import complaining
from afilia.transparency.forms import AnswerForm, QueueForm
from afilia.transparency.policy import outcomes
from afilia.transparency.queries import complaints as queries
from afilia.transparency.rules.complaints import ROLES

PAGE = 25


@require_safe
@staff_required(*ROLES)
def queue(request: StaffRequest) -> HttpResponse:
    now, filters = timezone.now(), QueueForm(request.GET)
    found = queries.queue(request.staff, **filters.asked())
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [
        (complaint, load().procedures[complaint.procedure], queries.due(complaint, now=now))
        for complaint in page.object_list
    ]
    shown: dict[str, Any] = {"filters": filters, "page": page, "rows": rows}
    return render(request, "transparency/queue.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*ROLES)
def answer(request: StaffRequest, number: str) -> HttpResponse:
    found, now = queries.one_for_staff(request.staff, number), timezone.now()
    if found is None:
        raise Http404
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        try:
            complaining.answer(complaint_id=found.pk, **form.cleaned_data, by=request.staff, now=now)
        except complaining.RefusedError as refused:
            form.refuse(refused.fault)
            found.refresh_from_db()
        else:
            messages.success(request, gettext("Se envió la respuesta a %(number)s.") % {"number": number})
            return redirect("transparency:queue")
    elif not form.is_bound:
        complaining.record_look(complaint=found, by=request.staff, now=now)
    page = {
        "complaint": found,
        "procedure": load().procedures[found.procedure],
        "outcome": outcomes().get(found.outcome),
        "due": queries.due(found, now=now),
        "form": form if form.is_bound or found.answered_at is None else None,
    }
    return render(request, "transparency/answer.html", page, status=422 if form.is_bound else 200)
