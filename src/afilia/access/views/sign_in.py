from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from afilia.access import actions, entering, queries, sessions
from afilia.access.actions import KeyRefusal, KeyRefusedError
from afilia.access.forms import CodeForm, NewKeyForm, SignInForm
from afilia.access.rules.limits import Refusal
from afilia.access.sessions import door
from afilia.kit.proxies import client_address


@never_cache
@sensitive_post_parameters("number", "key")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST or None)
    asked = entering.asked(request)
    page = {"form": form, **asked}
    if not form.is_valid():
        return render(request, "access/sign_in.html", page)
    key = actions.sign_in(
        number=form.cleaned_data["number"],
        key=form.cleaned_data["key"],
        address=client_address(request),
        device=entering.device_cookie(request),
        now=timezone.now(),
    )
    if isinstance(key, Refusal):
        form.refuse(key)
        return render(request, "access/sign_in.html", page, status=entering.status(key))
    return redirect(sessions.start(request, key, wanted=entering.local(asked["next"])))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    holder, session_id = sessions.signed(request), sessions.current(request)
    request.session.flush()
    if holder is not None and session_id is not None:
        actions.sign_out(holder=holder, session_id=session_id, now=timezone.now())
    return redirect("site:home")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """The code that follows the right key of who has a second factor."""
    step = door.step(request, "access:second-step")
    if step is None:
        return door.begin_again()
    form = CodeForm(request.POST or None)
    if not form.is_valid():
        return render(request, "access/second_step.html", {"form": form})
    refusal = actions.pass_second_factor(
        key=step.account,
        code=form.cleaned_data["code"],
        device=entering.device_cookie(request),
        address=client_address(request),
        now=timezone.now(),
    )
    if refusal is not None:
        form.refuse(refusal)
        return render(request, "access/second_step.html", {"form": form}, status=entering.status(refusal))
    return redirect(sessions.enter(request, step.account, wanted=step.wanted))


@never_cache
@sensitive_post_parameters("new_key", "repeat")
@require_http_methods(["GET", "POST"])
def choose_key(request: HttpRequest) -> HttpResponse:
    """The own key of who came with one that was handed over."""
    step = door.step(request, "access:choose-key")
    if step is None:
        return door.begin_again()
    about = queries.subject_of_key(step.account)
    form = NewKeyForm(request.POST or None, about=about)
    page = {"form": form, "employer": step.account.employer, "number": step.account.number}
    if not form.is_valid():
        return render(request, "access/choose_key.html", page)
    try:
        key = actions.choose_key(key=step.account, new_key=form.cleaned_data["new_key"], now=timezone.now())
    except KeyRefusedError as error:
        refuse_key(form, error)
        return render(request, "access/choose_key.html", page)
    if key is None:
        return door.begin_again()
    return redirect(sessions.enter(request, key, wanted=step.wanted))


def refuse_key(form: NewKeyForm, error: KeyRefusedError) -> None:
    """Show in the form why the new key cannot be set."""
    if error.reason is KeyRefusal.AMBIGUOUS:
        form.refuse_ambiguous()
    else:
        form.refuse_same()
