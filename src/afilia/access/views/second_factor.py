from collections.abc import Callable
from typing import TypeVar

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from afilia.access import actions, entering, queries
from afilia.access.decorators import SignedRequest, signed_required
from afilia.access.forms import KeyAndCodeForm
from afilia.access.rules.limits import Refusal

T = TypeVar("T")


@require_http_methods(["GET", "POST"])
@signed_required
def second_factor(request: SignedRequest) -> HttpResponse:
    """Whether a code is asked for after the key; POST begins to set it up."""
    factor = queries.second_factor_for_holder(request.signed)
    if factor is not None and factor.confirmed_at is not None:
        page = {"factor": factor, "codes_left": queries.recovery_codes_left(factor)}
        return render(request, "access/second_factor.html", page)
    if request.method == "POST":
        actions.begin_second_factor(holder=request.signed, session_id=request.session_id, now=timezone.now())
        return redirect("access:second-factor-on")
    return render(request, "access/second_factor.html")


@sensitive_post_parameters("present", "code")
@require_http_methods(["GET", "POST"])
@signed_required
def second_factor_on(request: SignedRequest) -> HttpResponse:
    factor = queries.second_factor_begun(request.signed, session_id=request.session_id)
    if factor is None:
        return redirect("access:second-factor")
    form = KeyAndCodeForm(request.POST or None, first=True)
    uri = queries.app_address(factor)
    page = {"form": form, "secret": in_fours(queries.secret(factor)), "uri": uri, "qr": qr_of(uri)}
    if not form.is_valid():
        return render(request, "access/second_factor_on.html", page)
    codes = actions.confirm_second_factor(
        holder=request.signed,
        session_id=request.session_id,
        present=form.cleaned_data["present"],
        code=form.cleaned_data["code"],
        now=timezone.now(),
    )
    if isinstance(codes, Refusal):
        form.refuse(codes)
        return render(request, "access/second_factor_on.html", page, status=entering.status(codes))
    return render(request, "access/recovery_codes.html", {"codes": codes})


@sensitive_post_parameters("present", "code")
@require_http_methods(["GET", "POST"])
@signed_required
def second_factor_off(request: SignedRequest) -> HttpResponse:
    def say(_done: None) -> HttpResponse:
        messages.success(request, gettext("El segundo factor está desactivado."))
        return redirect("access:second-factor")

    return _with_factor(request, actions.end_second_factor, "access/second_factor_off.html", say)


@sensitive_post_parameters("present", "code")
@require_http_methods(["GET", "POST"])
@signed_required
def new_recovery_codes(request: SignedRequest) -> HttpResponse:
    def show(codes: list[str]) -> HttpResponse:
        return render(request, "access/recovery_codes.html", {"codes": codes, "renewed": True})

    return _with_factor(request, actions.renew_recovery_codes, "access/recovery_codes_new.html", show)


def _with_factor(
    request: SignedRequest,
    act: Callable[..., T | Refusal],
    template: str,
    then: Callable[[T], HttpResponse],
) -> HttpResponse:
    """A page that asks who has a second factor for the key and a code, and does something then."""
    factor = queries.second_factor_for_holder(request.signed)
    if factor is None or factor.confirmed_at is None:
        return redirect("access:second-factor")
    form = KeyAndCodeForm(request.POST or None)
    if not form.is_valid():
        return render(request, template, {"form": form})
    done = act(
        holder=request.signed,
        session_id=request.session_id,
        present=form.cleaned_data["present"],
        code=form.cleaned_data["code"],
        now=timezone.now(),
    )
    if isinstance(done, Refusal):
        form.refuse(done)
        return render(request, template, {"form": form}, status=entering.status(done))
    return then(done)


def qr_of(uri: str) -> str:
    """The QR of an address as a picture that a page can hold."""
    picture: str = segno.make(uri, micro=False).svg_data_uri(
        scale=4, border=4, dark="#17211f", light="#ffffff"
    )
    return picture


def in_fours(secret: str) -> str:
    """A secret as people can copy it; apps take the blanks."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
