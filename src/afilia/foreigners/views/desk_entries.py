"""Provisional entries that wait for somebody, for the officials of their province."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from afilia.foreigners import queries
from afilia.foreigners.actions import entries
from afilia.staff.decorators import StaffRequest, staff_required
from afilia.staff.rules import Role

ON_A_PAGE = 50


@staff_required(Role.COUNTER, Role.SUPERVISOR)
@require_safe
def index(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    found = queries.entries.waiting_for_province(request.staff.province, on=timezone.localdate(now))
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    entries.record_look(shown=len(page.object_list), by=request.staff, now=now)
    return render(request, "foreigners/desk_entries.html", {"page": page})
