"""Notarial powers, for the employer who hands them in."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from afilia.access.decorators import HolderRequest, act_required, holder_required
from afilia.access.rules.acts import Act
from afilia.documents.actions import BusyError, FileRefusedError
from afilia.foreigners import queries
from afilia.foreigners.actions import powers as actions
from afilia.foreigners.forms.powers import PowerForm
from afilia.foreigners.models import Power
from afilia.foreigners.texts import powers
from afilia.foreigners.views.common import PAGE, REFUSED, posted, private


@private
@holder_required
@require_safe
def index(request: HolderRequest) -> HttpResponse:
    today = timezone.localdate()
    found = queries.powers.for_employer(request.holder.employer, by_number=_own(request))
    page = {"powers": [(power, queries.powers.fault_of(power, on=today)) for power in found]}
    return render(request, "foreigners/powers.html", page)


@private
@act_required(Act.REQUESTS)
@require_http_methods(PAGE)
def new(request: HolderRequest) -> HttpResponse:
    option = actions.option()
    if option is None:
        raise Http404
    form = PowerForm(
        posted(request),
        request.FILES or None,
        option=option,
        initial={"province": request.holder.employer.province},
    )
    if form.is_valid() and (power := _submitted(request, form)):
        return redirect("foreigners:power", power.pk)
    page = {"form": form}
    return render(request, "foreigners/power_form.html", page, status=REFUSED if form.is_bound else 200)


@private
@holder_required
@require_safe
def detail(request: HolderRequest, power_id: UUID) -> HttpResponse:
    found = queries.powers.of_employer(request.holder.employer, power_id=power_id, by_number=_own(request))
    if found is None:
        raise Http404
    page = {
        "power": found,
        "fault": queries.powers.fault_of(found, on=timezone.localdate()),
        "scope": powers().scopes[found.scope].text if found.scope in powers().scopes else None,
        "reason": powers().refusals.get(found.reason),
    }
    return render(request, "foreigners/power.html", page)


def _submitted(request: HolderRequest, form: PowerForm) -> Power | None:
    upload = form.cleaned_data["file"]
    try:
        return actions.submit(
            employer=request.holder.employer,
            granted=form.granted(),
            chunks=upload.chunks(),
            name=upload.name or "",
            by_number=request.holder.number,
            actor=request.holder.actor,
            now=timezone.now(),
        )
    except FileRefusedError as refused:
        form.refuse_file(refused.reason)
    except actions.TooManyError:
        form.refuse_many()
    except (BusyError, OSError):
        form.refuse_for_now()
    return None


def _own(request: HolderRequest) -> str | None:
    return request.holder.number if request.holder.branches is not None else None
