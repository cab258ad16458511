"""«Empiece hoy»: the notice of entry before the code, for who is signed in."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from afilia.access.decorators import HolderRequest, act_required
from afilia.access.rules.acts import Act
from afilia.foreigners import queries
from afilia.foreigners.actions import entries as actions
from afilia.foreigners.forms.entries import EntryForm
from afilia.foreigners.forms.requests import WithdrawForm
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.views.common import PAGE, REFUSED, posted, private
from afilia.foreigners.views.requests import found_of


@private
@act_required(Act.ENTRIES_AND_EXITS)
@require_http_methods(PAGE)
def new(request: HolderRequest, key: UUID) -> HttpResponse:
    found = found_of(request, key)
    if not queries.shown(found, now=timezone.now()).may_start:
        return redirect("foreigners:request", key)
    form = EntryForm(
        posted(request),
        layout=settings.POLICY.context(timezone.localdate()).catalogue.layouts[actions.ENTRY],
        branches=queries.entries.branches(request.holder.employer, numbers=request.holder.branches),
        initial={"fecha_ingreso": timezone.localdate()},
    )
    if form.is_valid() and _told(request, found, form):
        return redirect("foreigners:request", key)
    page = {"form": form, "found": found, "days": settings.FOREIGNERS.provisional_days}
    return render(request, "foreigners/entry.html", page, status=REFUSED if form.is_bound else 200)


@private
@act_required(Act.ENTRIES_AND_EXITS)
@require_http_methods(PAGE)
def withdraw(request: HolderRequest, key: UUID, entry_id: int) -> HttpResponse:
    found = found_of(request, key)
    entry = queries.entries.for_request(found).filter(pk=entry_id).first()
    if entry is None:
        raise Http404
    form = WithdrawForm(posted(request))
    if form.is_valid():
        if form.cleaned_data["answer"] == "yes" and actions.withdraw(
            entry=entry, actor=request.holder.actor, now=timezone.now()
        ):
            messages.success(request, gettext("La entrada provisional quedó retirada."))
        return redirect("foreigners:request", key)
    page = {"form": form, "found": found, "entry": entry}
    return render(request, "foreigners/withdraw_entry.html", page, status=REFUSED if form.is_bound else 200)


def _told(request: HolderRequest, found: CodeRequest, form: EntryForm) -> bool:
    """File the entry; False where its errors are to be mended on the page."""
    try:
        actions.file(
            request=found,
            branch=form.branch,
            values=form.values(),
            allowed=request.holder.branches,
            by_number=request.holder.number,
            actor=request.holder.actor,
            now=timezone.now(),
        )
    except actions.FaultyError as faulty:
        form.refuse(faulty.judged.errors)
        return False
    except actions.NotFiledError:  # decided or withdrawn meanwhile
        messages.error(
            request, gettext("La solicitud cambió mientras usted escribía: la entrada no se presentó.")
        )
    else:
        messages.success(request, gettext("La entrada quedó presentada hoy, como provisional."))
    return True
