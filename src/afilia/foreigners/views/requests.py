"""Requests for codes, for who is signed in."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from afilia.access.decorators import HolderRequest, act_required, holder_required, owner_required
from afilia.access.queries import helping
from afilia.access.rules.acts import Act
from afilia.foreigners import queries
from afilia.foreigners.actions import preparing
from afilia.foreigners.forms.requests import RequestForm, WithdrawForm, initial_of
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.views.common import PAGE, REFUSED, paper, posted, private, taken
from afilia.foreigners.views.linking import start_booking, typed_appointment
from afilia.procedures.rules import WhoComes

ON_A_PAGE = 50


@holder_required
@require_safe
def index(request: HolderRequest) -> HttpResponse:
    found = queries.for_employer(request.holder.employer, by_number=_own(request))
    page = {
        "page": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")),
        "waiting": queries.entries.waiting_for_employer(
            request.holder.employer, by_number=_own(request), on=timezone.localdate()
        ),
    }
    return render(request, "foreigners/index.html", page)


@owner_required
@require_safe
def of_helper(request: HolderRequest, delegation_id: int) -> HttpResponse:
    """What somebody to whom the employer gave access prepared for it, from the acceptance on."""
    given = helping.given(request.holder.employer, delegation_id)
    if given is None or given.accepted_at is None:
        raise Http404
    found = queries.for_employer(given.employer, by_number=given.number)
    found = found.filter(prepared_at__gte=given.accepted_at)
    page = {"given": given, "page": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))}
    return render(request, "foreigners/of_helper.html", page)


@act_required(Act.REQUESTS)
@require_safe
def choose(request: HolderRequest) -> HttpResponse:
    """Who will come: what is asked and what to bring follows from it."""
    return render(request, "foreigners/choose.html", {"whos": [*WhoComes]})


@private
@act_required(Act.REQUESTS)
@require_http_methods(PAGE)
def new(request: HolderRequest, who: WhoComes) -> HttpResponse:
    form = _form(request, who)
    if form.is_valid():
        kept = taken(
            form,
            lambda: preparing.prepare(
                employer=request.holder.employer,
                asked=form.asked(),
                by_number=request.holder.number,
                actor=request.holder.actor,
                now=timezone.now(),
            ),
        )
        if kept:
            return redirect("foreigners:request", kept.key)
    page = {"form": form, "who": who}
    return render(request, "foreigners/form.html", page, status=REFUSED if form.is_bound else 200)


@private
@holder_required
@require_safe
def detail(request: HolderRequest, key: UUID) -> HttpResponse:
    found = found_of(request, key)
    page = {"shown": queries.shown(found, now=timezone.now()), "employer": request.holder.employer}
    return render(request, "foreigners/request.html", page)


@private
@act_required(Act.REQUESTS)
@require_http_methods(PAGE)
def change(request: HolderRequest, key: UUID, who: WhoComes) -> HttpResponse:
    """Write a request anew; of what somebody changed meanwhile nothing is written over."""
    found = found_of(request, key)
    if not queries.shown(found, now=timezone.now()).is_live:
        return redirect("foreigners:request", key)
    form = _form(request, who, found)
    if form.is_valid():
        kept = taken(
            form,
            lambda: preparing.change(
                request=found,
                asked=form.asked(),
                revision=form.cleaned_data["revision"] or 0,
                actor=request.holder.actor,
                now=timezone.now(),
            ),
        )
        if kept:
            messages.success(
                request, gettext("La solicitud cambió. Imprímala otra vez: la anterior ya no sirve.")
            )
            return redirect("foreigners:request", key)
    page = {"form": form, "who": who, "found": found, "whos": [*WhoComes]}
    return render(request, "foreigners/form.html", page, status=REFUSED if form.is_bound else 200)


@private
@act_required(Act.REQUESTS)
@require_http_methods(PAGE)
def withdraw(request: HolderRequest, key: UUID) -> HttpResponse:
    found = found_of(request, key)
    form = WithdrawForm(posted(request))
    if form.is_valid():
        if form.cleaned_data["answer"] == "yes" and preparing.withdraw(
            request=found, actor=request.holder.actor, now=timezone.now()
        ):
            messages.success(request, gettext("La solicitud quedó retirada."))
        return redirect("foreigners:request", key)
    page = {"form": form, "found": found}
    return render(request, "foreigners/withdraw.html", page, status=REFUSED if form.is_bound else 200)


@private
@holder_required
@require_safe
def pdf(request: HolderRequest, key: UUID, name: str) -> HttpResponse:
    found = found_of(request, key)
    if not queries.shown(found, now=timezone.now()).is_live:
        raise Http404
    return paper(found, name)


@act_required(Act.REQUESTS)
@require_POST
def book(request: HolderRequest, key: UUID) -> HttpResponse:
    """To the booking of an appointment, to which the request is then brought."""
    return start_booking(request, found_of(request, key), back=("foreigners:request", key))


@private
@act_required(Act.REQUESTS)
@require_http_methods(PAGE)
def link(request: HolderRequest, key: UUID) -> HttpResponse:
    """Bring the request to an appointment that there is, by its code."""
    found = found_of(request, key)
    return typed_appointment(request, found, actor=request.holder.actor, back=("foreigners:request", key))


def found_of(request: HolderRequest, key: UUID) -> CodeRequest:
    """The request of the holder's employer. Raises Http404."""
    found = queries.of_employer(request.holder.employer, key=key, by_number=_own(request))
    if found is None:
        raise Http404
    return found


def _own(request: HolderRequest) -> str | None:
    """Whose requests a person sees: with a key for some branches those that they prepared."""
    return request.holder.number if request.holder.branches is not None else None


def _form(request: HolderRequest, who: WhoComes, found: CodeRequest | None = None) -> RequestForm:
    employer = request.holder.employer
    return RequestForm(
        posted(request),
        who_comes=who,
        signer=queries.signer_of(employer),
        powers=queries.powers.usable(employer, by_number=_own(request), on=timezone.localdate()),
        revision=found.revision if found else 0,
        initial=initial_of(found) if found else {"signer_number": request.holder.number},
    )
