from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from afilia.access import entering
from afilia.access.actions import KeyRefusedError
from afilia.access.forms import CodeForm, NewKeyForm
from afilia.access.rules.limits import Refusal
from afilia.access.views.second_factor import in_fours, qr_of
from afilia.kit.proxies import client_address
from afilia.staff import actions, queries, sessions
from afilia.staff.forms import StaffSignInForm
from afilia.staff.sessions import door
from afilia.staff.views.shell import show


@never_cache
@sensitive_post_parameters("email", "key")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form = StaffSignInForm(request.POST or None)
    asked = entering.asked(request)
    page = {"form": form, **asked}
    if not form.is_valid():
        return show(request, "staff/sign_in.html", page)
    member = actions.sign_in(
        email=form.cleaned_data["email"],
        key=form.cleaned_data["key"],
        address=client_address(request),
        device=entering.device_cookie(request),
        now=timezone.now(),
    )
    if isinstance(member, Refusal):
        form.refuse(member)
        return show(request, "staff/sign_in.html", page, status=entering.status(member))
    return redirect(sessions.start(request, member, wanted=entering.local(asked["next"])))


@never_cache
@sensitive_post_parameters("new_key", "repeat")
@require_http_methods(["GET", "POST"])
def choose_key(request: HttpRequest) -> HttpResponse:
    """The own key of who came with one that was handed over."""
    step = door.step(request, "staff:choose-key")
    if step is None:
        return door.begin_again()
    form = NewKeyForm(request.POST or None, about=queries.key_subject(step.account))
    page = {"form": form, "number": step.account.email, "official": True}
    if not form.is_valid():
        return show(request, "staff/choose_key.html", page)
    try:
        member = actions.choose_key(
            member=step.account, new_key=form.cleaned_data["new_key"], now=timezone.now()
        )
    except KeyRefusedError:
        form.refuse_same()
        return show(request, "staff/choose_key.html", page)
    return (
        door.begin_again()
        if member is None
        else redirect(sessions.start(request, member, wanted=step.wanted))
    )


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def factor_on(request: HttpRequest) -> HttpResponse:
    """The authenticator app of who has none yet; with its first code the official is signed in."""
    step, session_key = door.step(request, "staff:factor-on"), str(request.session.session_key)
    factor = None if step is None else queries.factor_begun(step.account, session_key=session_key)
    if step is None or factor is None:
        return door.begin_again()
    form = CodeForm(request.POST or None, first=True)
    uri = queries.app_address(factor)
    page = {"form": form, "secret": in_fours(queries.secret(factor)), "uri": uri, "qr": qr_of(uri)}
    if not form.is_valid():
        return show(request, "staff/factor_on.html", page)
    codes = actions.confirm_factor(
        member=step.account, session_key=session_key, code=form.cleaned_data["code"], now=timezone.now()
    )
    if isinstance(codes, Refusal):
        form.refuse(codes)
        return show(request, "staff/factor_on.html", page, status=entering.status(codes))
    onward = sessions.enter(request, step.account, wanted=step.wanted, quiet=True)
    return show(request, "staff/recovery_codes.html", {"codes": codes, "onward": onward})


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """The code that follows the right key."""
    step = door.step(request, "staff:second-step")
    if step is None:
        return door.begin_again()
    form = CodeForm(request.POST or None)
    page = {"form": form, "code_of_demo": queries.code_of_demo(step.account, now=timezone.now())}
    if not form.is_valid():
        return show(request, "staff/second_step.html", page)
    refusal = actions.pass_factor(
        member=step.account,
        code=form.cleaned_data["code"],
        device=entering.device_cookie(request),
        address=client_address(request),
        now=timezone.now(),
    )
    if refusal is not None:
        form.refuse(refusal)
        return show(request, "staff/second_step.html", page, status=entering.status(refusal))
    return redirect(sessions.enter(request, step.account, wanted=step.wanted))
