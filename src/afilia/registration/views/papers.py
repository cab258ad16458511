"""What a registration results in: the papers, what to do with them, and how to get them again."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from afilia.documents import queries as documents
from afilia.documents import requests
from afilia.employers.forms import RegistrationForm
from afilia.kit.proxies import client_address
from afilia.registration import actions, queries, sessions
from afilia.registration.actions import LimitError
from afilia.registration.queries import Paper
from afilia.verification import queries as verification
from afilia.verification.forms import CodeForm
from afilia.verification.rules import Verdict

BLANKS = {
    "solicitud": requests.REQUEST,
    "autorizacion": requests.AUTHORISATION,
    "acuerdo": requests.AGREEMENT,
}


@never_cache
@require_safe
def done(request: HttpRequest, number: str) -> HttpResponse:
    registration = sessions.registration_or_404(request, number)
    context = {
        "registration": registration,
        "code": queries.code_of(registration, Paper.REQUEST),
        "roads": queries.roads_of(registration),
    }
    return render(request, "registration/done.html", context)


@never_cache
@require_safe
def download(request: HttpRequest, number: str, paper: str) -> FileResponse:
    registration = sessions.registration_or_404(request, number)
    try:
        wanted = Paper(paper)
    except ValueError:
        raise Http404 from None
    document = actions.issue(registration=registration, paper=wanted)
    actions.record_download(registration=registration, paper=wanted, now=timezone.now())
    return FileResponse(
        documents.open_document(document),
        as_attachment=True,
        filename=f"{wanted.value}-{number}.pdf",
        content_type="application/pdf",
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Ask for the papers of an earlier registration: the code goes to the employer's own e-mail."""
    form = RegistrationForm(request.POST or None)
    if form.is_valid():
        try:
            attempt = actions.find(address=client_address(request), now=timezone.now(), **form.cleaned_data)
        except LimitError:
            return render(request, "registration/limit.html", {"back": request.path}, status=429)
        sessions.remember_attempt(request, attempt.pk)
        return redirect("registration:find-code", attempt.pk)
    return render(request, "registration/find.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def find_code(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    attempt = verification.attempt(attempt_id, purpose=actions.FOR_PAPERS)
    if attempt is None or not sessions.has_attempt(request, attempt_id):
        raise Http404
    now = timezone.now()
    form = CodeForm(request.POST or None)
    if form.is_valid():
        verdict = actions.prove_papers(attempt=attempt, typed=form.cleaned_data["code"], now=now)
        if verdict is Verdict.RIGHT:
            sessions.remember_registration(request, attempt.facts["registration"])
            return redirect("registration:done", attempt.facts["number"])
        form.refuse(verdict)
    context = {
        "form": form,
        "seconds": verification.seconds_left(attempt, now=now),
        "back": reverse("registration:find"),
    }
    return render(request, "registration/code.html", context, status=422 if form.is_bound else 200)


@require_safe
def forms(request: HttpRequest) -> HttpResponse:
    return render(request, "registration/forms.html")


@require_safe
def blank(request: HttpRequest, paper: str) -> HttpResponse:  # noqa: ARG001  the same for everybody
    if paper not in BLANKS:
        raise Http404
    response = HttpResponse(requests.render_blank(BLANKS[paper]), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{paper}.pdf"'
    return response
