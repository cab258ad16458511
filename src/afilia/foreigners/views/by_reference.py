"""A request behind the reference of its QR: whole for who prepared it with an appointment, else its state."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from afilia.appointments.rules.states import RefusedError
from afilia.appointments.views.refusing import refused
from afilia.foreigners import queries
from afilia.foreigners.actions import finding, preparing
from afilia.foreigners.forms.requests import RequestForm, WithdrawForm, initial_of
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.references import reference_of
from afilia.foreigners.views.common import PAGE, REFUSED, paper, posted, private, taken
from afilia.foreigners.views.linking import start_booking, typed_appointment
from afilia.kit.proxies import client_address
from afilia.procedures.rules import WhoComes

ACTOR = "applicant"
P = ParamSpec("P")


def behind(
    view: Callable[Concatenate[HttpRequest, CodeRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
    """Give the view the request of the reference in its address; wrong ones are counted. Raises Http404."""

    @private
    @wraps(view)
    def found_first(request: HttpRequest, reference: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            found = finding.find(reference=reference, address=client_address(request), now=timezone.now())
        except RefusedError as error:
            return refused(request, error, back=reverse("site:home"))
        if found is None:
            raise Http404
        return view(request, found, *args, **kwargs)

    return found_first  # type: ignore[return-value]  # wraps keeps the name, not the kind


@require_safe
@behind
def detail(request: HttpRequest, found: CodeRequest) -> HttpResponse:
    """All that was typed, for a request without a key; of others nothing but their number and their state."""
    page = {"shown": queries.shown(found, now=timezone.now()), "reference": reference_of(found.key)}
    return render(
        request, "foreigners/by_reference.html" if _is_open(found) else "foreigners/state.html", page
    )


@require_http_methods(PAGE)
@behind
def change(request: HttpRequest, found: CodeRequest, who: WhoComes) -> HttpResponse:
    _only_open(found)
    if not queries.shown(found, now=timezone.now()).is_live:
        return redirect(*_here(found))
    form = RequestForm(
        posted(request),
        who_comes=who,
        signer=None,
        powers=None,
        revision=found.revision,
        initial=initial_of(found),
    )
    if form.is_valid():
        kept = taken(
            form,
            lambda: preparing.change(
                request=found,
                asked=form.asked(),
                revision=form.cleaned_data["revision"] or 0,
                actor=ACTOR,
                now=timezone.now(),
            ),
        )
        if kept:
            messages.success(
                request, gettext("La solicitud cambió. Imprímala otra vez: la anterior ya no sirve.")
            )
            return redirect(*_here(found))
    page = {
        "form": form,
        "who": who,
        "found": found,
        "whos": [*WhoComes],
        "reference": reference_of(found.key),
    }
    return render(request, "foreigners/form.html", page, status=REFUSED if form.is_bound else 200)


@require_http_methods(PAGE)
@behind
def withdraw(request: HttpRequest, found: CodeRequest) -> HttpResponse:
    _only_open(found)
    form = WithdrawForm(posted(request))
    if form.is_valid():
        if form.cleaned_data["answer"] == "yes" and preparing.withdraw(
            request=found, actor=ACTOR, now=timezone.now()
        ):
            messages.success(request, gettext("La solicitud quedó retirada."))
        return redirect(*_here(found))
    page = {"form": form, "found": found, "reference": reference_of(found.key)}
    return render(request, "foreigners/withdraw.html", page, status=REFUSED if form.is_bound else 200)


@require_safe
@behind
def pdf(_request: HttpRequest, found: CodeRequest, name: str) -> HttpResponse:
    _only_open(found)
    if not queries.shown(found, now=timezone.now()).is_live:
        raise Http404
    return paper(found, name)


@require_POST
@behind
def book(request: HttpRequest, found: CodeRequest) -> HttpResponse:
    return start_booking(request, found, back=_here(found))


@require_http_methods(PAGE)
@behind
def link(request: HttpRequest, found: CodeRequest) -> HttpResponse:
    return typed_appointment(request, found, actor=ACTOR, back=_here(found))


def _here(found: CodeRequest) -> tuple[str, object]:
    return "foreigners:by-reference", reference_of(found.key)


def _only_open(found: CodeRequest) -> None:
    """Raise Http404 unless who has the reference typed the request."""
    if not _is_open(found):
        raise Http404


def _is_open(found: CodeRequest) -> bool:
    """Whether a request was prepared without a key."""
    return not found.prepared_by
