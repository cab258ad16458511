"""The access that an employer gives to accountants: for who has a key to the whole employer."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from afilia.access import actions, entering, queries
from afilia.access.decorators import HolderRequest, owner_required
from afilia.access.forms.helping import ALL, SOME, AccessForm, InviteForm
from afilia.access.models import Delegation
from afilia.access.queries import helping
from afilia.access.rules.helping import OPEN, Refusal, Standing
from afilia.access.rules.limits import Reason
from afilia.access.standings import shown

PAGE = ["GET", "HEAD", "POST"]
REFUSED = 422


@require_safe
@owner_required
def helpers(request: HolderRequest) -> HttpResponse:
    rows = [shown(each, now=timezone.now()) for each in helping.of_employer(request.holder.employer)]
    going = [row for row in rows if row["standing"] in OPEN or row["standing"] is Standing.LAPSED]
    page = {"going": going, "past": [row for row in rows if row not in going]}
    return render(request, "access/helpers.html", page)


@sensitive_post_parameters("present", "code")
@require_http_methods(PAGE)
@owner_required
def invite(request: HolderRequest) -> HttpResponse:
    form = InviteForm(request.POST or None, **_asked(request), initial=_of_today())
    status = REFUSED if form.is_bound else 200
    if form.is_valid():
        now = timezone.now()
        if status := _proved(request, form):
            return render(request, "access/invite.html", {"form": form}, status=status)
        given = actions.invite(
            holder=request.holder,
            number=form.cleaned_data["number"],
            email=form.cleaned_data["email"],
            **form.given(),
            now=now,
        )
        if isinstance(given, Delegation):
            messages.success(request, gettext("Enviamos la invitación a %(email)s.") % {"email": given.email})
            return redirect("access:helper", given.pk)
        form.refuse(Refusal(given))
        status = REFUSED
    return render(request, "access/invite.html", {"form": form}, status=status)


@require_safe
@owner_required
def helper(request: HolderRequest, delegation_id: int) -> HttpResponse:
    return render(request, "access/helper.html", shown(_given(request, delegation_id), now=timezone.now()))


@sensitive_post_parameters("present", "code")
@require_http_methods(PAGE)
@owner_required
def change(request: HolderRequest, delegation_id: int) -> HttpResponse:
    given = _open(request, delegation_id)
    numbers = [branch.number for branch in given.branches.all()]
    before = {
        "acts": given.acts,
        "extent": SOME if numbers else ALL,
        "branches": numbers,
        "from_on": given.from_on,
        "until_on": given.until_on,
    }
    form = AccessForm(request.POST or None, **_asked(request), initial=before)
    status = REFUSED if form.is_bound else 200
    if form.is_valid() and not (status := _proved(request, form)):
        changed = actions.change_access(
            holder=request.holder, delegation_id=given.pk, **form.given(), now=timezone.now()
        )
        if not changed:
            raise Http404
        messages.success(request, gettext("El acceso cambió. Vale desde ahora."))
        return redirect("access:helper", given.pk)
    page = {"form": form, **shown(given, now=timezone.now())}
    return render(request, "access/change_access.html", page, status=status)


@require_http_methods(PAGE)
@owner_required
def end(request: HolderRequest, delegation_id: int) -> HttpResponse:
    """GET asks, POST ends the access at once."""
    if request.method == "POST":
        _given(request, delegation_id)
        if actions.end_access(holder=request.holder, delegation_id=delegation_id, now=timezone.now()):
            messages.success(request, gettext("El acceso terminó. Nadie puede usarlo desde ahora."))
        return redirect("access:helper", delegation_id)
    page = shown(_open(request, delegation_id), now=timezone.now())
    return render(request, "access/end_access.html", page)


@require_POST
@owner_required
def invite_again(request: HolderRequest, delegation_id: int) -> HttpResponse:
    _given(request, delegation_id)
    if actions.invite_again(holder=request.holder, delegation_id=delegation_id, now=timezone.now()):
        messages.success(request, gettext("Enviamos otra invitación. El enlace anterior ya no sirve."))
    return redirect("access:helper", delegation_id)


def _given(request: HolderRequest, delegation_id: int) -> Delegation:
    found = helping.given(request.holder.employer, delegation_id)
    if found is None:
        raise Http404
    return found


def _open(request: HolderRequest, delegation_id: int) -> Delegation:
    found = _given(request, delegation_id)
    if helping.standing(found, now=timezone.now()) in {Standing.ENDED, Standing.OVER}:
        raise Http404
    return found


def _asked(request: HolderRequest) -> dict[str, Any]:
    return {
        "open_branches": helping.open_to(request.holder.employer),
        "asks_code": queries.asks_code(request.holder),
        "today": timezone.localdate(),
    }


def _of_today() -> dict[str, Any]:
    return {"extent": ALL, "from_on": timezone.localdate()}


def _proved(request: HolderRequest, form: AccessForm) -> int:
    """0 when the key was right; else the status of the page that says so."""
    refusal = actions.prove_holder(
        holder=request.holder,
        session_id=request.session_id,
        present=form.cleaned_data["present"],
        code=form.cleaned_data.get("code", ""),
        now=timezone.now(),
    )
    if refusal is None:
        return 0
    form.refuse_key(refusal)
    return entering.status(refusal) if refusal.reason is Reason.LOCKED else REFUSED
