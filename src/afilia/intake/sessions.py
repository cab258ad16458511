"""What a browser may open of the virtual desk: the codes that it asked for, its drafts and its cases."""

from uuid import UUID

from django.http import Http404, HttpRequest

from afilia.access import sessions as access_sessions
from afilia.cases.models import Case
from afilia.cases.queries import applicant
from afilia.cases.rules.moves import State
from afilia.intake import queries

ATTEMPTS, CASES = "intake-attempts", "intake-cases"
MOST = 20  # of each


def remember_attempt(request: HttpRequest, attempt_id: UUID) -> None:
    _remember(request, ATTEMPTS, attempt_id.hex)


def has_attempt(request: HttpRequest, attempt_id: UUID) -> bool:
    return attempt_id.hex in request.session.get(ATTEMPTS, [])


def open_case(request: HttpRequest, case: Case) -> None:
    """Let this browser into a draft or a case, under another number of its session.

    Who is signed in got one with the sign-in, and would lose the session with it.
    """
    _remember(request, CASES, case.key.hex)
    if access_sessions.current(request) is None:
        request.session.cycle_key()


def draft_or_404(request: HttpRequest, key: UUID) -> Case:
    """The draft, or the case that came of it."""
    if key.hex in request.session.get(CASES, []) and (case := queries.case(key)):
        return case
    raise Http404


def case_or_404(request: HttpRequest, number: str) -> Case:
    case = applicant.by_number(number)
    if case and case.state != State.DRAFT and case.key.hex in request.session.get(CASES, []):
        return case
    raise Http404


def cases(request: HttpRequest) -> list[Case]:
    """The drafts and cases of this browser, the one opened last first."""
    found = [queries.case(UUID(text)) for text in reversed(request.session.get(CASES, []))]
    return [case for case in found if case]


def close_all(request: HttpRequest) -> None:
    """Open none of them in this browser any more: it may be a shared one."""
    for name in (ATTEMPTS, CASES):
        request.session.pop(name, None)


def _remember(request: HttpRequest, name: str, what: str) -> None:
    known = [one for one in request.session.get(name, []) if one != what]
    request.session[name] = [*known, what][-MOST:]
