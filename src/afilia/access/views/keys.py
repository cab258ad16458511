from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from afilia.access import actions, entering, queries, sessions
from afilia.access.actions import KeyRefusedError
from afilia.access.decorators import SignedRequest, signed_required
from afilia.access.forms import ChangeKeyForm
from afilia.access.rules.limits import Refusal
from afilia.access.views.sign_in import refuse_key


@require_safe
@signed_required
def show_sessions(request: SignedRequest) -> HttpResponse:
    """The holder's key: where it is signed in, whether a code is asked for, and the way to change it."""
    page = {
        "sessions": queries.sessions_for_holder(request.signed, now=timezone.now()),
        "this": request.session_id,
        "second_factor": queries.second_factor_for_holder(request.signed),
    }
    return render(request, "access/sessions.html", page)


@require_safe
@signed_required
def watch_session(request: SignedRequest) -> HttpResponse:
    """What an open page asks for when its session may soon be over: a warning, or when to ask again."""
    return render(request, "access/watch.html", {"left": request.time_left})


@require_POST
@signed_required
def keep_session(request: SignedRequest) -> HttpResponse:
    """The answer to the warning; to ask is to use the session."""
    if not request.htmx:
        return redirect("access:sessions")
    return render(request, "access/watch.html", {"left": request.time_left, "kept": True})


@require_POST
@signed_required
def end_session(request: SignedRequest, session_id: int) -> HttpResponse:
    if not actions.end_session(holder=request.signed, session_id=session_id, now=timezone.now()):
        raise Http404
    if session_id == request.session_id:
        request.session.flush()
        return redirect("site:home")
    messages.success(request, gettext("La sesión terminó."))
    return redirect("access:sessions")


@require_POST
@signed_required
def end_other_sessions(request: SignedRequest) -> HttpResponse:
    ended = actions.end_other_sessions(
        holder=request.signed, session_id=request.session_id, now=timezone.now()
    )
    messages.success(request, others_ended(ended))
    return redirect("access:sessions")


def others_ended(ended: int) -> str:
    """What to say of so many sessions that ended."""
    return ngettext("Terminó %(ended)d sesión.", "Terminaron %(ended)d sesiones.", ended) % {"ended": ended}


@sensitive_post_parameters("present", "new_key", "repeat")
@require_http_methods(["GET", "POST"])
@signed_required
def change_key(request: SignedRequest) -> HttpResponse:
    holder = request.signed
    form = ChangeKeyForm(request.POST or None, about=queries.subject_of(holder))
    if not form.is_valid():
        return render(request, "access/change_key.html", {"form": form})
    try:
        key = actions.change_key(
            holder=holder,
            session_id=request.session_id,
            present=form.cleaned_data["present"],
            new_key=form.cleaned_data["new_key"],
            now=timezone.now(),
        )
    except KeyRefusedError as error:
        refuse_key(form, error)
        return render(request, "access/change_key.html", {"form": form})
    if isinstance(key, Refusal):
        form.refuse(key)
        return render(request, "access/change_key.html", {"form": form}, status=entering.status(key))
    sessions.enter(request, key, quiet=True)
    messages.success(request, gettext("Su clave cambió. Las demás sesiones terminaron."))
    return redirect("access:sessions")
