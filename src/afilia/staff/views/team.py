from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from afilia.staff import actions, queries
from afilia.staff.actions import MemberExistsError, NotGrantedError
from afilia.staff.decorators import StaffRequest, staff_required
from afilia.staff.forms import MemberForm, RolesForm
from afilia.staff.models import StaffMember
from afilia.staff.places import places
from afilia.staff.rules import Role, grantable, manages
from afilia.staff.texts import HINTS


@require_safe
@staff_required(Role.SUPERVISOR)
def team(request: StaffRequest) -> HttpResponse:
    """The officials of the supervisor's office or province."""
    members = [
        {"member": member, "is_managed": manages(request.staff, queries.staff(member))}
        for member in queries.team(request.staff)
    ]
    return render(request, "staff/team.html", {"members": members})


@require_http_methods(["GET", "POST"])
@staff_required(Role.SUPERVISOR)
def add_member(request: StaffRequest) -> HttpResponse:
    """A new official, whose first key is shown once."""
    now = timezone.now()
    form = MemberForm(
        request.POST or None, granted=grantable(request.staff), places=places(request.staff, now=now)
    )
    if form.is_valid():
        place = form.cleaned_data["place"]
        try:
            key = actions.add_member(
                email=form.cleaned_data["email"],
                names=form.cleaned_data["names"],
                roles=form.cleaned_data["roles"],
                office=place.office,
                province=place.province,
                by=request.staff,
                now=now,
            )
        except MemberExistsError:
            form.refuse_existing()
        except NotGrantedError as error:
            form.refuse(error.reason)
        else:
            return _handed(request, key, names=form.cleaned_data["names"], email=form.cleaned_data["email"])
    return render(request, "staff/add_member.html", {"form": form, "hints": HINTS})


@require_http_methods(["GET", "POST"])
@staff_required(Role.SUPERVISOR)
def member(request: StaffRequest, member_id: int) -> HttpResponse:
    """One account of the team and its roles."""
    managed = _managed(request, member_id)
    form = RolesForm(request.POST or None, granted=grantable(request.staff), initial={"roles": managed.roles})
    if form.is_valid():
        try:
            changed = actions.change_roles(
                by=request.staff, member_id=member_id, roles=form.cleaned_data["roles"], now=timezone.now()
            )
        except NotGrantedError as error:
            form.refuse(error.reason)
        else:
            if not changed:
                raise Http404
            messages.success(
                request, gettext("Los roles están guardados. Valen desde la próxima página que abra.")
            )
            return redirect("staff:member", member_id)
    return render(request, "staff/member.html", {"form": form, "member": managed, "hints": HINTS})


@require_http_methods(["GET", "POST"])
@staff_required(Role.SUPERVISOR)
def reset_member(request: StaffRequest, member_id: int) -> HttpResponse:
    """GET asks, POST shows the new key once."""
    managed = _managed(request, member_id)
    if request.method == "GET":
        return render(request, "staff/reset_member.html", {"member": managed})
    key = actions.reset_member(by=request.staff, member_id=member_id, now=timezone.now())
    if key is None:
        raise Http404
    return _handed(request, key, names=managed.names, email=managed.email)


@require_http_methods(["GET", "POST"])
@staff_required(Role.SUPERVISOR)
def end_member(request: StaffRequest, member_id: int) -> HttpResponse:
    """GET asks, POST ends the account."""
    managed = _managed(request, member_id)
    if request.method == "GET":
        return render(request, "staff/end_member.html", {"member": managed})
    if not actions.end_member(by=request.staff, member_id=member_id, now=timezone.now()):
        raise Http404
    messages.success(request, gettext("La cuenta de %(names)s terminó.") % {"names": managed.names})
    return redirect("staff:team")


def _handed(request: StaffRequest, key: str, *, names: str, email: str) -> HttpResponse:
    page = {"key": key, "names": names, "email": email, "hours": settings.HANDED_KEY_HOURS}
    return render(request, "staff/handed_key.html", page)


def _managed(request: StaffRequest, member_id: int) -> StaffMember:
    """The account, when it is the supervisor's to manage; else the page does not exist."""
    found = queries.managed(request.staff, member_id)
    if found is None:
        raise Http404
    return found
