"""The pages of accountants: their account, their clients, and for whom they work now."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from afilia.access import actions, queries, sessions
from afilia.access.actions import KeyRefusedError, OtherNamesError
from afilia.access.decorators import SignedRequest, signed_required
from afilia.access.forms import NewKeyForm
from afilia.access.forms.helping import AccountForm, ForgottenKeyForm
from afilia.access.models import Accountant, Delegation
from afilia.access.queries import helping
from afilia.access.rules.helping import OPEN, Standing
from afilia.access.rules.keys import KeySubject
from afilia.access.standings import shown
from afilia.access.views.sign_in import refuse_key
from afilia.kit.proxies import client_address
from afilia.verification import proof
from afilia.verification import queries as verification
from afilia.verification.forms import CodeForm
from afilia.verification.rules import Pass, Verdict

PAGE = ["GET", "HEAD", "POST"]
LINK, FORGOTTEN = "access-invitation", "accountant-key"  # in the browser's session
CHOOSING = timedelta(minutes=15)  # to choose a key, from the right code on


@require_safe
@signed_required
def clients(request: SignedRequest) -> HttpResponse:
    """All clients of an accountant, what is offered to them, and for whom they work in this browser.

    The help leads everybody here, so who signed in for an employer is told which account it takes.
    """
    accountant = helping.accountant(request.signed.key_id)
    if accountant is None:
        return render(request, "access/no_clients.html")
    rows = [shown(each, now=timezone.now()) for each in helping.of_accountant(accountant)]
    working = sessions.delegation(request)
    page = {
        "accountant": accountant,
        "offered": [row for row in rows if row["standing"] is Standing.INVITED],
        "going": [row for row in rows if row["standing"] in OPEN - {Standing.INVITED}],
        "past": [row for row in rows if row["standing"] not in OPEN],
        "working": working,
        "over": working if working and not helping.is_in_force(working, now=timezone.now()) else None,
    }
    return render(request, "access/clients.html", page)


@require_POST
@signed_required
def work_for(request: SignedRequest, delegation_id: int) -> HttpResponse:
    given = _own(_accountant(request), delegation_id)
    if not helping.is_in_force(given, now=timezone.now()):
        return redirect("access:clients")
    sessions.switch(request, given)
    return redirect("site:employers")


@require_POST
@signed_required
def accept(request: SignedRequest, delegation_id: int) -> HttpResponse:
    accountant = _accountant(request)
    given = _own(accountant, delegation_id)
    actions.confirm_identity(accountant=accountant, now=timezone.now())
    if actions.accept(accountant=accountant, delegation_id=delegation_id, now=timezone.now()):
        messages.success(
            request,
            gettext("La invitación está aceptada: %(name)s ya está entre sus clientes.") % _name(given),
        )
    return redirect("access:clients")


@require_http_methods(PAGE)
@signed_required
def give_back(request: SignedRequest, delegation_id: int) -> HttpResponse:
    """GET asks, POST ends the access or declines the offer."""
    accountant = _accountant(request)
    given = _own(accountant, delegation_id)
    if request.method == "POST":
        if actions.give_back(accountant=accountant, delegation_id=delegation_id, now=timezone.now()):
            text = gettext("Ya no tiene acceso a %(name)s, y se lo avisamos.")
            messages.success(request, text % _name(given))
        return redirect("access:clients")
    if given.ended_at is not None:
        return redirect("access:clients")
    return render(request, "access/give_back.html", shown(given, now=timezone.now()))


@never_cache
@require_safe
def invitation_link(request: HttpRequest, token: str) -> HttpResponse:
    """The address in the mail: what it carries leaves the address."""
    digest = helping.link_digest(token.strip("/."))
    if helping.of_link(digest, now=timezone.now()):
        request.session[LINK] = digest.hex()
    else:  # a session for each visit would let anybody fill the table
        request.session.pop(LINK, None)
    response = redirect("access:invitation")
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@sensitive_post_parameters("new_key", "repeat")
@require_http_methods(PAGE)
def invitation(request: HttpRequest) -> HttpResponse:
    """What is offered; who has no account yet opens one here, who has one is led to sign in."""
    digest, now = bytes.fromhex(request.session.get(LINK, "")), timezone.now()
    given = helping.of_link(digest, now=now)
    if given is None:
        return render(request, "access/invitation_dead.html")
    page = {"given": given}
    if helping.account(given.number, given.email):
        return render(request, "access/invitation.html", page)
    about = KeySubject(number=given.number, email=given.email, names=request.POST.get("names", ""))
    form = AccountForm(request.POST or None, about=about)
    if form.is_valid():
        try:
            key = actions.open_account(
                digest=digest, names=form.cleaned_data["names"], key=form.cleaned_data["new_key"], now=now
            )
        except OtherNamesError:
            form.refuse_names()
        except KeyRefusedError as error:
            refuse_key(form, error)
        else:
            if key is None:
                return redirect("access:invitation")
            sessions.enter(request, key, quiet=True)
            messages.success(request, gettext("Su cuenta está lista y ya ingresó. Acepte la invitación."))
            return redirect("access:clients")
    status = 422 if form.is_bound else 200
    return render(request, "access/invitation.html", {**page, "form": form}, status=status)


@never_cache
@require_http_methods(PAGE)
def forgotten_key(request: HttpRequest) -> HttpResponse:
    form = ForgottenKeyForm(request.POST or None)
    if not form.is_valid():
        return render(request, "access/forgotten_key.html", {"form": form})
    now, address = timezone.now(), client_address(request)
    begun = actions.begin_new_key(
        **{name: form.cleaned_data[name] for name in ("number", "email", "solution", "ticket")},
        address=address,
        now=now,
    )
    if begun is Pass.CLOSED:
        form.refuse_for_now()
        return render(request, "access/forgotten_key.html", {"form": form}, status=429)
    if isinstance(begun, Pass):
        form.refuse_for_proof()
        asked = proof.ask(purpose=actions.FOR_KEY, held=form.cleaned_data["ticket"], address=address, now=now)
        return render(request, "access/forgotten_key.html", {"form": form, "asked": asked})
    request.session[FORGOTTEN] = {"attempt": str(begun.pk)}
    return redirect("access:forgotten-key-code")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(PAGE)
def forgotten_key_code(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    kept = request.session.get(FORGOTTEN)
    attempt = verification.attempt(kept["attempt"], purpose=actions.FOR_KEY) if kept else None
    if attempt is None:
        return redirect("access:forgotten-key")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        verdict = actions.judge_key_code(attempt_id=attempt.pk, typed=form.cleaned_data["code"], now=now)
        if verdict is Verdict.RIGHT:
            request.session[FORGOTTEN] = {"attempt": str(attempt.pk), "passed_at": now.isoformat()}
            return redirect("access:forgotten-key-new")
        form.refuse(verdict, is_last=True)
    page = {"form": form, "seconds": verification.seconds_left(attempt, now=now)}
    return render(request, "access/forgotten_key_code.html", page, status=422 if form.is_bound else 200)


@never_cache
@sensitive_post_parameters("new_key", "repeat")
@require_http_methods(PAGE)
def forgotten_key_new(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    kept = request.session.get(FORGOTTEN, {})
    if "passed_at" not in kept or now - datetime.fromisoformat(kept["passed_at"]) >= CHOOSING:
        return redirect("access:forgotten-key")
    attempt_id = UUID(kept["attempt"])
    accountant = helping.accountant_of_attempt(attempt_id, purpose=actions.FOR_KEY)
    if accountant is None:
        return redirect("access:forgotten-key")
    form = NewKeyForm(request.POST or None, about=queries.subject_of_key(accountant.key))
    if form.is_valid():
        try:
            key = actions.renew_key(attempt_id=attempt_id, key=form.cleaned_data["new_key"], now=now)
        except KeyRefusedError as error:
            refuse_key(form, error)
        else:
            if key is None:
                return redirect("access:forgotten-key")
            return redirect(sessions.start(request, key))
    page = {"form": form, "number": accountant.key.number}
    return render(request, "access/forgotten_key_new.html", page, status=422 if form.is_bound else 200)


def _accountant(request: SignedRequest) -> Accountant:
    """Who is signed in as an accountant; to the people of an employer these pages do not exist."""
    found = helping.accountant(request.signed.key_id)
    if found is None:
        raise Http404
    return found


def _own(accountant: Accountant, delegation_id: int) -> Delegation:
    found = helping.of_accountant(accountant).filter(pk=delegation_id).first()
    if found is None:
        raise Http404
    return found


def _name(given: Delegation) -> dict[str, str]:
    return {"name": given.employer.name}
