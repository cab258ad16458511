from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from afilia.access import entering
from afilia.access.actions import KeyRefusedError
from afilia.access.forms import ChangeKeyForm
from afilia.access.rules.limits import Refusal
from afilia.access.views.keys import others_ended
from afilia.staff import actions, queries, sessions
from afilia.staff.decorators import StaffRequest, staff_required
from afilia.staff.rules import Staff
from afilia.staff.views.shell import show

WATCH = {"watch": "staff:watch-session", "keep": "staff:keep-session"}


@require_safe
@staff_required()
def desk(request: StaffRequest) -> HttpResponse:
    """Where an official begins."""
    return render(request, "staff/desk.html")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    staff, session_id = sessions.read(request), sessions.current(request)
    if session_id is None:
        return redirect("staff:sign-in")
    request.session.flush()
    if isinstance(staff, Staff):
        actions.sign_out(staff=staff, session_id=session_id, now=timezone.now())
    return redirect("staff:sign-in")


@require_safe
@staff_required()
def show_sessions(request: StaffRequest) -> HttpResponse:
    """The official's key, and where it is signed in."""
    page = {
        "sessions": queries.sessions_of(request.staff, now=timezone.now()),
        "this": request.session_id,
        "codes_left": queries.recovery_codes_left(request.staff),
    }
    return render(request, "staff/sessions.html", page)


@require_safe
@staff_required()
def watch_session(request: StaffRequest) -> HttpResponse:
    """What an open page asks for when its session may soon be over."""
    return render(request, "access/watch.html", {"left": request.time_left, **WATCH})


@require_POST
@staff_required()
def keep_session(request: StaffRequest) -> HttpResponse:
    """The answer to the warning; to ask is to use the session."""
    if not request.htmx:
        return redirect("staff:sessions")
    return render(request, "access/watch.html", {"left": request.time_left, "kept": True, **WATCH})


@require_POST
@staff_required()
def end_session(request: StaffRequest, session_id: int) -> HttpResponse:
    if not actions.end_session(staff=request.staff, session_id=session_id, now=timezone.now()):
        raise Http404
    if session_id == request.session_id:
        request.session.flush()
        return redirect("staff:sign-in")
    messages.success(request, gettext("La sesión terminó."))
    return redirect("staff:sessions")


@require_POST
@staff_required()
def end_other_sessions(request: StaffRequest) -> HttpResponse:
    ended = actions.end_other_sessions(staff=request.staff, session_id=request.session_id, now=timezone.now())
    messages.success(request, others_ended(ended))
    return redirect("staff:sessions")


@sensitive_post_parameters("present", "new_key", "repeat")
@require_http_methods(["GET", "POST"])
@staff_required()
def change_key(request: StaffRequest) -> HttpResponse:
    form = ChangeKeyForm(request.POST or None, about=queries.key_subject(request.staff))
    page = {"form": form, "username": request.staff.email, "official": True}
    if not form.is_valid():
        return show(request, "staff/change_key.html", page)
    try:
        member = actions.change_key(
            staff=request.staff,
            session_id=request.session_id,
            present=form.cleaned_data["present"],
            new_key=form.cleaned_data["new_key"],
            now=timezone.now(),
        )
    except KeyRefusedError:
        form.refuse_same()
        return show(request, "staff/change_key.html", page)
    if isinstance(member, Refusal):
        form.refuse(member)
        return show(request, "staff/change_key.html", page, status=entering.status(member))
    sessions.enter(request, member, quiet=True)
    messages.success(request, gettext("Su clave cambió. Las demás sesiones terminaron."))
    return redirect("staff:sessions")
