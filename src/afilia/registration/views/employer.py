"""The employer's own data, and a change of its e-mail: for who is signed in."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from afilia.access import queries as access
from afilia.access.decorators import HolderRequest, holder_required, owner_required
from afilia.access.rules.limits import Reason, Refusal
from afilia.employers import actions as employers
from afilia.employers import queries as employer_queries
from afilia.kit import countries
from afilia.kit.proxies import client_address
from afilia.offices.provinces import PROVINCES
from afilia.registration import actions, queries
from afilia.registration.actions import LimitError
from afilia.registration.forms import NewEmailForm
from afilia.verification import queries as verification
from afilia.verification.forms import CodeForm
from afilia.verification.rules import Verdict


@holder_required
@require_safe
def data(request: HolderRequest) -> HttpResponse:
    employer = request.holder.employer
    person = queries.representative(employer)
    context = {
        "employer": employer,
        "sri": queries.at_the_sri(employer),
        "branches": queries.branches(employer, numbers=request.holder.branches),
        "person": person,
        "country": countries.name(person.country) if person else "",
        "province": PROVINCES.get(employer.province, ""),
        "pending": employer_queries.pending_email_change(employer),
        "may_change": request.holder.is_owner,  # the e-mail opens all of the employer
    }
    return render(request, "registration/data.html", context)


@sensitive_post_parameters("present", "code")
@owner_required
@require_http_methods(["GET", "HEAD", "POST"])
def email(request: HolderRequest) -> HttpResponse:
    holder = request.holder
    employer = holder.employer
    form = NewEmailForm(
        request.POST or None,
        on_record=employer.email,
        is_verified=employer.email_verified_at is not None,
        asks_code=access.asks_code(holder),
    )
    locked = False
    if form.is_valid():
        try:
            begun = actions.begin_email_change(
                holder=holder,
                session_id=request.session_id,
                present=form.cleaned_data["present"],
                code=form.cleaned_data.get("code", ""),
                email=form.cleaned_data["email"],
                address=client_address(request),
                now=timezone.now(),
            )
        except LimitError:
            return render(request, "registration/limit.html", {"back": request.path}, status=429)
        if not isinstance(begun, Refusal):
            return redirect("registration:email-code", begun.pk)
        form.refuse(begun)
        locked = begun.reason is Reason.LOCKED
    context = {
        "form": form,
        "employer": employer,
        "pending": employer_queries.pending_email_change(employer),
        "hours": int(settings.EMAIL_CHANGE_WAIT.total_seconds() // 3600),
    }
    status = 429 if locked else 422 if form.is_bound else 200
    return render(request, "registration/email.html", context, status=status)


@owner_required
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def email_code(request: HolderRequest, attempt_id: UUID) -> HttpResponse:
    holder = request.holder
    attempt = verification.attempt(attempt_id, purpose=actions.FOR_CHANGE)
    if attempt is None or attempt.facts["key"] != holder.key_id:
        raise Http404
    now = timezone.now()
    form = CodeForm(request.POST or None)
    if form.is_valid():
        verdict = actions.prove_new_email(
            attempt=attempt, key_id=holder.key_id, typed=form.cleaned_data["code"], now=now
        )
        if verdict is Verdict.RIGHT:
            messages.success(request, gettext("El correo está verificado."))
            return redirect("registration:email")
        form.refuse(verdict)
    context = {
        "form": form,
        "email": attempt.email,
        "seconds": verification.seconds_left(attempt, now=now),
        "delivery": verification.delivery_state(attempt, now=now),
        "back": reverse("registration:email"),
    }
    return render(request, "registration/code.html", context, status=422 if form.is_bound else 200)


@owner_required
@require_POST
def email_cancel(request: HolderRequest) -> HttpResponse:
    holder = request.holder
    cancelled = employers.cancel_email_change(
        employer_id=holder.employer.pk, actor=holder.actor, now=timezone.now()
    )
    if cancelled:
        messages.success(request, gettext("El cambio quedó anulado. El correo sigue siendo el mismo."))
    return redirect("registration:email")
