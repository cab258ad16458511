from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.cache import add_never_cache_headers
from django_htmx.middleware import HtmxDetails

from afilia.access.decorators import away
from afilia.access.rules.sessions import TimeLeft
from afilia.staff import rules, sessions
from afilia.staff.rules import Role, Staff

P = ParamSpec("P")


class StaffRequest(HttpRequest):
    """The request that a view behind `staff_required` gets."""

    staff: Staff
    session_id: int
    time_left: TimeLeft
    htmx: HtmxDetails


View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def staff_required(
    *roles: Role,
) -> Callable[[Callable[Concatenate[StaffRequest, P], HttpResponseBase]], View[P]]:
    """Open a view to the officials who have one of the roles; to all officials when none is named.

    Who is not signed in is led to the sign-in page of officials, and from there back. To others, and to the
    people of employers, the page does not exist. What the view shows stays in no cache.
    """

    def decorate(view: Callable[Concatenate[StaffRequest, P], HttpResponseBase]) -> View[P]:
        @wraps(view)
        def guarded(request: StaffRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            found = sessions.read(request)
            session_id = sessions.current(request)
            if not isinstance(found, Staff) or session_id is None:
                if sessions.is_employers(request):
                    raise Http404
                step = sessions.door.step(request)
                ending = None if isinstance(found, Staff) else found
                return away(request, to="staff:sign-in", step=step.page if step else None, ending=ending)
            if not rules.may_enter(found, roles):
                raise Http404
            request.staff, request.session_id = found, session_id
            response = view(request, *args, **kwargs)
            add_never_cache_headers(response)
            return response

        return guarded  # type: ignore[return-value]  # any request will do: the official is put into it

    return decorate
