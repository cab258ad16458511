"""Complaints and thanks, for who sends them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from afilia.intake.views.common import PAGE, private
from afilia.kit.proxies import client_address
from afilia.procedures.catalogue import load
from afilia.transparency import sessions
from afilia.transparency.actions import complaining
from afilia.transparency.forms import ComplaintForm, FollowComplaintForm
from afilia.transparency.models import Complaint
from afilia.transparency.policy import complaint_policy, outcomes
from afilia.transparency.queries import complaints as queries
from afilia.transparency.rules.complaints import Kind
from afilia.verification import proof
from afilia.verification.rules import Pass


@private
@require_http_methods(PAGE)
def send(request: HttpRequest) -> HttpResponse:
    form = ComplaintForm(
        request.POST or None,
        offices=queries.offices(),
        initial={"procedure": request.GET.get("tramite", "")},
    )
    page: dict[str, Any] = {"form": form, "days": complaint_policy().working_days}
    if not form.is_valid():
        return render(request, "transparency/complain.html", page, status=422 if form.is_bound else 200)
    now, address = timezone.now(), client_address(request)
    said = form.cleaned_data
    sent = complaining.send(**{**said, "kind": Kind(said["kind"])}, address=address, now=now)
    if isinstance(sent, Complaint):
        sessions.keep(request, sent)
        return redirect("transparency:complaint", sent.number)
    return _held(request, "transparency/complain.html", form, sent, page)


@private
@require_http_methods(PAGE)
def follow(request: HttpRequest) -> HttpResponse:
    form = FollowComplaintForm(request.POST or None)
    page: dict[str, Any] = {"form": form}
    if not form.is_valid():
        return render(request, "transparency/follow.html", page, status=422 if form.is_bound else 200)
    now, address = timezone.now(), client_address(request)
    found = complaining.follow(**form.cleaned_data, address=address, now=now)
    if isinstance(found, Complaint):
        sessions.keep(request, found)
        return redirect("transparency:complaint", found.number)
    if found is None:
        form.refuse_unknown()
        return render(request, "transparency/follow.html", page, status=422)
    return _held(request, "transparency/follow.html", form, found, page)


@private
@require_safe
def complaint(request: HttpRequest, number: str) -> HttpResponse:
    """What was sent, and its answer; to the browser that sent it or knows its code."""
    found = sessions.complaint_or_404(request, number)
    page = {
        "complaint": found,
        "code": queries.code_of(found),
        "procedure": load().procedures[found.procedure],
        "outcome": outcomes().get(found.outcome),
    }
    return render(request, "transparency/complaint.html", page)


def _held(
    request: HttpRequest,
    template: str,
    form: ComplaintForm | FollowComplaintForm,
    needed: Pass,
    page: dict[str, Any],
) -> HttpResponse:
    """The page again for who asks too much: with a proof to bring, or to come back later."""
    if needed is Pass.CLOSED:
        form.refuse_for_now()
    else:
        form.refuse_for_proof()
        page["asked"] = proof.ask(
            purpose=complaining.PROOF,
            held=form.cleaned_data["ticket"],
            address=client_address(request),
            now=timezone.now(),
        )
    return render(request, template, page, status=429)
