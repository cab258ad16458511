from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from afilia.access import entering
from afilia.access import queries as access
from afilia.access import sessions as access_sessions
from afilia.access.actions import KeyRefusedError
from afilia.access.forms import NewKeyForm
from afilia.access.models import EmployerKey
from afilia.kit.proxies import client_address
from afilia.notices.rules import Delivery
from afilia.recovery import actions, queries, sessions
from afilia.recovery.documents import guide
from afilia.recovery.forms import BeginForm, ObjectionForm, ShortCodeForm
from afilia.recovery.models import Recovery
from afilia.recovery.sessions import Step
from afilia.registries.sri import RegisterDownError
from afilia.verification import proof
from afilia.verification import queries as verification
from afilia.verification.forms import CodeForm
from afilia.verification.models import Attempt
from afilia.verification.rules import Pass, Verdict

PAGE = ["GET", "HEAD", "POST"]
ASK_NO_MORE = 286  # the status with which HTMX stops asking
V = TypeVar("V", bound=Callable[..., HttpResponse])


def private(view: V) -> V:
    """Keep a page out of caches, and what is typed into it out of the pages of errors."""
    return never_cache(sensitive_post_parameters()(view))


@private
@require_http_methods(PAGE)
def begin(request: HttpRequest) -> HttpResponse:
    form = BeginForm(request.POST or None)
    if not form.is_valid():
        return render(request, "recovery/begin.html", {"form": form})
    now, address = timezone.now(), client_address(request)
    try:
        begun = actions.begin(
            **{name: form.cleaned_data[name] for name in ("number", "ruc", "branch", "solution", "ticket")},
            address=address,
            device=entering.device_cookie(request),
            now=now,
        )
    except RegisterDownError:
        form.refuse_without_register()
        return render(request, "recovery/begin.html", {"form": form}, status=503)
    if isinstance(begun, Recovery):
        sessions.reach(request, begun.pk, Step.BEGUN, now=now)
        return redirect("recovery:code", begun.pk)
    if begun is Pass.CLOSED:
        form.refuse_for_now()
        return render(request, "recovery/begin.html", {"form": form}, status=429)
    form.refuse_for_proof()
    asked = proof.ask(purpose=actions.PROOF, held=form.cleaned_data["ticket"], address=address, now=now)
    return render(request, "recovery/begin.html", {"form": form, "asked": asked})


@private
@require_http_methods(PAGE)
def code(request: HttpRequest, recovery_id: UUID) -> HttpResponse:
    now = timezone.now()
    recovery = _of_browser(request, recovery_id, Step.BEGUN, now=now)
    if recovery is None:
        return redirect("recovery:begin")
    if recovery.link_attempt and sessions.has_reached(request, recovery.pk, Step.PASSED, now=now):
        return redirect("recovery:link-sent", recovery.pk)
    if request.POST.get("do") == "send":
        return _send_again(request, "recovery/code.html", recovery, recovery.code_attempt, now=now)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        verdict = actions.judge_code(recovery=recovery, typed=form.cleaned_data["code"], now=now)
        if verdict is Verdict.RIGHT:
            sessions.reach(request, recovery.pk, Step.PASSED, now=now)
            return redirect("recovery:link-sent", recovery.pk)
        form.refuse(verdict, is_last=not verification.codes_left(recovery.code_attempt))
    return _waiting(request, "recovery/code.html", recovery.code_attempt, form, now=now)


@private
@require_http_methods(PAGE)
def link_sent(request: HttpRequest, recovery_id: UUID) -> HttpResponse:
    now = timezone.now()
    recovery = _of_browser(request, recovery_id, Step.PASSED, now=now)
    if recovery is None or recovery.link_attempt is None:
        return redirect("recovery:begin")
    if request.method == "POST":
        return _send_again(request, "recovery/link_sent.html", recovery, recovery.link_attempt, now=now)
    return _waiting(request, "recovery/link_sent.html", recovery.link_attempt, CodeForm(), now=now)


@private
@require_safe
def delivery(request: HttpRequest, recovery_id: UUID) -> HttpResponse:
    """What became of the mail sent last: a part of the page, asked for again until it is known.

    204 while it is what the page shows (`shown`), or a screen reader would say the same again.
    """
    now = timezone.now()
    recovery = _of_browser(request, recovery_id, Step.BEGUN, now=now)
    if recovery is None:
        return HttpResponse(status=204)
    attempt = recovery.link_attempt or recovery.code_attempt
    page = {**_clock(attempt, now=now), **_mail(attempt, recovery_id, now=now)}
    if not page["is_under_way"]:
        return render(request, "recovery/delivery.html", page, status=ASK_NO_MORE)
    if request.GET.get("shown") == page["delivery"]:
        return HttpResponse(status=204)
    return render(request, "recovery/delivery.html", page)


@private
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The address in the mail. It costs nothing, whoever visits it: what it carries leaves the address."""
    digest = verification.link_digest(token.strip("/."))
    if queries.recovery_of_link(digest, now=timezone.now()):
        sessions.hold_link(request, digest)
    else:  # a session for each visit would let anybody fill the table
        sessions.drop_link(request)
    return _without_token("recovery:open")


@private
@require_safe
def objection_link(request: HttpRequest, token: str) -> HttpResponse:
    """«No fui yo» in the mail: it costs nothing either."""
    recovery = queries.recovery_of_objection(token.strip("/."))
    if recovery:
        sessions.hold_objection(request, recovery.pk)
    else:
        sessions.drop_objection(request)
    return _without_token("recovery:object")


@private
@require_http_methods(PAGE)
def open_link(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    recovery = queries.recovery_of_link(sessions.held_link(request), now=now)
    if recovery is None or recovery.link_attempt is None:
        return render(request, "recovery/link_dead.html", {"recovery_id": _last_passed(request, now=now)})
    known = sessions.has_reached(request, recovery.pk, Step.PASSED, now=now)
    form = None if known else ShortCodeForm(request.POST or None)
    if request.method == "POST" and (known or (form and form.is_valid())):
        verdict = Verdict.RIGHT
        if form:
            verdict = actions.judge_short_code(recovery=recovery, typed=form.cleaned_data["code"], now=now)
        if verdict is Verdict.RIGHT:
            sessions.drop_link(request)
            sessions.reach(request, recovery.pk, Step.OPENED, now=now)
            return redirect("recovery:new-key", recovery.pk)
        if form:
            form.refuse(verdict, is_last=not verification.codes_left(recovery.link_attempt))
    page = {"form": form, "recovery": recovery, **_clock(recovery.link_attempt, now=now)}
    return render(request, "recovery/open.html", page)


@private
@require_http_methods(PAGE)
def new_key(request: HttpRequest, recovery_id: UUID) -> HttpResponse:
    now = timezone.now()
    recovery = _of_browser(request, recovery_id, Step.OPENED, now=now)
    if recovery is None or recovery.employer is None or not queries.is_open(recovery, now=now):
        return render(request, "recovery/over.html")
    about = access.key_subject(recovery.employer, number=recovery.number)
    form = NewKeyForm(request.POST or None, about=about)
    if form.is_valid():
        try:
            key = actions.complete(recovery=recovery, key=form.cleaned_data["new_key"], now=now)
        except KeyRefusedError:
            form.refuse_ambiguous()
        else:
            if key is None:
                return render(request, "recovery/over.html")
            return redirect(_enter(request, key))
    return render(request, "recovery/new_key.html", {"form": form, "recovery": recovery})


@private
@require_http_methods(PAGE)
def objection(request: HttpRequest) -> HttpResponse:
    """The word of somebody who reads the employer's mail ends the recovery."""
    recovery_id = sessions.held_objection(request)
    recovery = queries.recovery(recovery_id) if recovery_id else None
    form = ObjectionForm(request.POST or None)
    page: dict[str, Any] = {"recovery": recovery, "form": form}
    if recovery is None or not form.is_valid():
        return render(request, "recovery/objection.html", page)
    page["is_own"] = form.cleaned_data["answer"] == "yes"
    if not page["is_own"]:
        page["ended"] = actions.object_to(recovery=recovery, now=timezone.now())
        page["recovery"] = queries.recovery(recovery.pk)  # somebody may have completed it meanwhile
    return render(request, "recovery/objection.html", page)


@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    return render(request, "recovery/documents.html", {"guide": guide()})


def _enter(request: HttpRequest, key: EmployerKey) -> str:
    """Sign in who saved a key, or lead to the second factor; the result is the page to go to."""
    if access.has_second_factor(key):
        return access_sessions.start(request, key)
    page = access_sessions.enter(request, key, quiet=True)  # the owner is told of the new key
    messages.success(request, gettext("Su clave nueva está guardada y ya ingresó con ella."))
    return page


def _without_token(page: str) -> HttpResponse:
    response = redirect(page)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _of_browser(request: HttpRequest, recovery_id: UUID, step: Step, *, now: datetime) -> Recovery | None:
    """The recovery, where this browser has come so far with it."""
    if not sessions.has_reached(request, recovery_id, step, now=now):
        return None
    return queries.recovery(recovery_id)


def _send_again(
    request: HttpRequest, template: str, recovery: Recovery, attempt: Attempt, *, now: datetime
) -> HttpResponse:
    """Send another mail; what was typed stays in the field and is not judged."""
    form = CodeForm(initial={"code": request.POST.get("code", "")})
    refusal = actions.send_again(recovery=recovery, attempt=attempt, now=now)
    if refusal is None:
        messages.success(
            request, gettext("Enviamos otro correo. El anterior vale hasta que se cumplan sus tres minutos.")
        )
    else:
        form = CodeForm({"code": request.POST.get("code", "")})
        form.full_clean()
        form.errors.clear()
        form.refuse_sending(refusal)
    return _waiting(request, template, attempt, form, now=now)


def _waiting(
    request: HttpRequest, template: str, attempt: Attempt, form: CodeForm, *, now: datetime
) -> HttpResponse:
    """The page of a mail on its way: how long it is good and what became of it."""
    recovery_id = request.resolver_match.kwargs["recovery_id"] if request.resolver_match else None
    page = {
        "form": form,
        **_clock(attempt, now=now),
        **_mail(attempt, recovery_id, now=now),
    }
    return render(request, template, page)


def _clock(attempt: Attempt, *, now: datetime) -> dict[str, Any]:
    return {
        "seconds": verification.seconds_left(attempt, now=now),
        "is_last": not verification.is_open(attempt, now=now) or not verification.codes_left(attempt),
    }


def _mail(attempt: Attempt, recovery_id: UUID | None, *, now: datetime) -> dict[str, Any]:
    state = verification.delivery_state_for_strangers(attempt, now=now)
    under_way = state in {Delivery.WAITING, Delivery.DELAYED}
    return {"delivery": state, "is_under_way": under_way, "recovery_id": recovery_id}


def _last_passed(request: HttpRequest, *, now: datetime) -> UUID | None:
    """The recovery of this browser that can send another link."""
    for text in reversed(request.session.get(sessions.KEPT, {})):
        recovery = _of_browser(request, UUID(text), Step.PASSED, now=now)
        if recovery and queries.is_open(recovery, now=now):
            return recovery.pk
    return None
