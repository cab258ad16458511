from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict

from afilia.attendance import queries
from afilia.offices.models import Office
from afilia.staff.decorators import StaffRequest, View, staff_required
from afilia.staff.rules import Role

P = ParamSpec("P")
AtOffice = Callable[Concatenate[StaffRequest, Office, P], HttpResponseBase]


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form sent, also where it is nothing: an unticked box is an answer."""
    return request.POST if request.method == "POST" else None


def at_office(*roles: Role) -> Callable[[AtOffice[P]], View[P]]:
    """Open a view to officials with one of the roles and give it their own office; who has none gets 404."""

    def decorate(view: AtOffice[P]) -> View[P]:
        @staff_required(*roles)
        @wraps(view)
        def guarded(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.staff.office_id is None:
                raise Http404
            return view(request, queries.office(request.staff.office_id), *args, **kwargs)

        return guarded

    return decorate
