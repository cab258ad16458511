"""The first pages of a booking: who, how to reach them, what for. Nothing is booked on them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from afilia.appointments import actions, forms, queries, sessions
from afilia.appointments.actions import proving
from afilia.appointments.booking import Who
from afilia.appointments.queries.known import Known, known_of
from afilia.appointments.references import reference_of
from afilia.appointments.rules import draft as rules
from afilia.appointments.rules.draft import Answer, Answers, Step
from afilia.appointments.rules.states import Reason, RefusedError
from afilia.appointments.sessions import Draft
from afilia.appointments.views.refusing import refused
from afilia.employers.rules import Identity as Said
from afilia.employers.rules import same_email
from afilia.kit.proxies import client_address
from afilia.procedures.catalogue import load
from afilia.procedures.rules import Procedure
from afilia.procedures.speaking import spoken
from afilia.verification import proof as proofs
from afilia.verification import queries as verification
from afilia.verification.forms import CodeForm
from afilia.verification.rules import Verdict

PAGE = ["GET", "HEAD", "POST"]
TITLES = {
    Step.PERSON: _("¿Quién será atendido?"),
    Step.CONTACT: _("¿Cómo le avisamos?"),
    Step.CODE: _("Escriba el código que le enviamos"),
    Step.PROCEDURE: _("¿Qué trámite va a hacer?"),
    Step.CASE: _("¿En nombre de quién va?"),
}


@never_cache
@require_http_methods(PAGE)
def start(request: HttpRequest) -> HttpResponse:
    """What it takes to book, and the ways to what was booked before; `?tramite=` chooses the procedure."""
    asked = (request.POST if request.method == "POST" else request.GET).get("tramite", "")
    chosen = next((one for one in forms.procedures() if one.slug == asked), None)
    if request.method == "POST":
        answers: dict[Step, Answer] = {Step.PROCEDURE: {"procedure": chosen.slug}} if chosen else {}
        draft = sessions.start(request, {**_known_answers(known(request)), **answers})
        return go_on(draft)
    page = {"procedure": chosen, "procedures": forms.procedures(), "known": known(request)}
    return render(request, "appointments/start.html", page)


@never_cache
@sensitive_post_parameters()
@require_http_methods(PAGE)
def step(request: HttpRequest, draft_id: UUID, name: str) -> HttpResponse:
    """One page; pages that cannot be asked yet lead to the first open question."""
    draft = open_draft(request, draft_id)
    if isinstance(draft, HttpResponse):
        return draft
    asked = Step(name)
    if not rules.may_be_shown(asked, draft.answers):
        return go_on(draft)
    try:
        return VIEWS[asked](request, draft)
    except RefusedError as error:
        return refused(request, error, back=request.path)


def go_on(draft: Draft) -> HttpResponse:
    """To the first open question; to the offices when there is none."""
    open_step = rules.next_step(draft.answers)
    if open_step is None:
        return redirect("appointments:office", draft.id)
    return redirect("appointments:step", draft.id, open_step.value)


def open_draft(request: HttpRequest, draft_id: UUID, *, whole: bool = False) -> Draft | HttpResponse:
    """The draft, while nothing was booked with it; `whole` when no question may be open.

    Else the page to show: what was booked, the open question, or that this browser has no such draft.
    """
    draft = sessions.draft(request, draft_id)
    if draft is None:
        return render(request, "appointments/gone.html", status=404)
    found = queries.appointment(draft.appointment) if draft.appointment else None
    if found and found.confirmed_at:
        return redirect("appointments:booking", reference_of(found))
    return go_on(draft) if whole and rules.next_step(draft.answers) else draft


def known(request: HttpRequest) -> Known | None:
    """What is known of who is signed in."""
    holder = request.holder  # type: ignore[attr-defined]
    return known_of(holder) if holder else None


def _person(request: HttpRequest, draft: Draft) -> HttpResponse:
    form = forms.PersonForm(posted(request), initial=_initial_person(request, draft))
    if form.is_valid():
        answer = form.answer()
        said = proving.identify(
            identity=form.identity(),
            names=answer["names"],
            address=client_address(request),
            now=timezone.now(),
        )
        if said is not Said.DIFFERENT:
            return _answer(request, draft, rules.with_answer(draft.answers, Step.PERSON, answer))
        form.refuse_names()
    return _ask(request, draft, Step.PERSON, form)


def _contact(request: HttpRequest, draft: Draft) -> HttpResponse:
    of_holder = known(request)
    initial = dict(draft.answers.get(Step.CONTACT, {})) or _contact_of(of_holder)
    form = forms.ContactForm(posted(request), initial=initial)
    if not form.is_valid():
        return _ask(request, draft, Step.CONTACT, form)
    answer = form.answer()
    answers = rules.with_contact(draft.answers, answer)
    if of_holder and of_holder.email and same_email(of_holder.email, answer["email"]):
        answers[Step.CODE] = {"email": answer["email"]}
    if Step.CODE in answers:
        return _answer(request, draft, answers)
    if under_way := _attempt_for(draft, answer["email"]):
        return _answer(request, draft, rules.with_contact(answers, {**answer, "attempt": under_way}))
    now, address = timezone.now(), client_address(request)
    try:
        attempt = proving.send_code(
            email=answer["email"],
            address=address,
            solution=form.cleaned_data["solution"],
            ticket=form.cleaned_data["ticket"],
            now=now,
        )
    except RefusedError as error:
        if error.reason is not Reason.PROOF:
            raise
        form.refuse_for_proof()
        held = form.cleaned_data["ticket"]
        asked = proofs.ask(purpose=proving.PURPOSE, held=held, address=address, now=now)
        return _ask(request, draft, Step.CONTACT, form, proof=asked)
    contact = {**answer, "attempt": attempt.pk.hex}
    return _answer(request, draft, rules.with_contact(answers, contact))


def _code(request: HttpRequest, draft: Draft) -> HttpResponse:
    if Step.CODE in draft.answers:  # typed in another tab
        return go_on(draft)
    contact, now = draft.answers[Step.CONTACT], timezone.now()
    attempt = verification.attempt(UUID(contact["attempt"]), purpose=proving.FOR_BOOKING)
    if attempt is None:  # too old
        return redirect("appointments:step", draft.id, Step.CONTACT.value)
    form = CodeForm(posted(request))
    if request.POST.get("do") == "send":
        typed = request.POST.get("code", "")
        refusal = proving.send_another(attempt=attempt, address=client_address(request), now=now)
        form = CodeForm(initial={"code": typed})
        if refusal is None:
            said = gettext("Enviamos otro correo. El anterior vale hasta que se cumplan sus tres minutos.")
            messages.success(request, said)
        else:
            form = CodeForm({"code": typed})
            form.full_clean()
            form.errors.clear()
            form.refuse_sending(refusal)
    elif form.is_valid():
        verdict = proving.prove_email(attempt_id=attempt.pk, typed=form.cleaned_data["code"], now=now)
        if verdict is Verdict.RIGHT:
            return _answer(request, draft, {**draft.answers, Step.CODE: {"email": contact["email"]}})
        form.refuse(verdict, is_last=not verification.codes_left(attempt))
    is_open = verification.is_open(attempt, now=now)
    return _ask(
        request,
        draft,
        Step.CODE,
        form,
        email=contact["email"],
        seconds=verification.seconds_left(attempt, now=now),
        delivery=verification.delivery_state(attempt, now=now),
        is_last=not is_open or not verification.codes_left(attempt),
    )


def _procedure(request: HttpRequest, draft: Draft) -> HttpResponse:
    form = forms.ProcedureForm(posted(request), initial=draft.answers.get(Step.PROCEDURE))
    if form.is_valid():
        return _answer(request, draft, rules.with_answer(draft.answers, Step.PROCEDURE, form.answer()))
    return _ask(request, draft, Step.PROCEDURE, form)


def _case(request: HttpRequest, draft: Draft) -> HttpResponse:
    procedure, of_holder = procedure_of(draft), known(request)
    initial = dict(draft.answers.get(Step.CASE, {}))
    if of_holder and not initial:
        initial = {"applicant": of_holder.applicant, "ruc": of_holder.ruc}
    form = forms.CaseForm(posted(request), procedure=procedure, initial=initial)
    if form.is_valid():
        return _answer(request, draft, rules.with_answer(draft.answers, Step.CASE, form.answer()))
    hints = {kind.value: spoken(load().applicants[kind].who) for kind in procedure.applicants}
    return _ask(request, draft, Step.CASE, form, procedure=procedure, hints=hints)


VIEWS: dict[Step, Callable[[HttpRequest, Draft], HttpResponse]] = {
    Step.PERSON: _person,
    Step.CONTACT: _contact,
    Step.CODE: _code,
    Step.PROCEDURE: _procedure,
    Step.CASE: _case,
}


def posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def procedure_of(draft: Draft) -> Procedure:
    return load().procedures[draft.answers[Step.PROCEDURE]["procedure"]]


def who_of(answers: Answers) -> Who:
    """The person that a booking is for. KeyError while an answer is missing."""
    person, contact, case = answers[Step.PERSON], answers[Step.CONTACT], answers[Step.CASE]
    return Who(
        identity=forms.identity(person["number"], country=person["country"]),
        names=person["names"],
        email=contact["email"],
        phone=contact["phone"],
        applicant=case["applicant"],
        who_comes=case["who_comes"],
        ruc=case["ruc"],
    )


def _ask(
    request: HttpRequest,
    draft: Draft,
    step: Step,
    form: Any,
    proof: proofs.Asked | None = None,
    **more: object,
) -> HttpResponse:
    earlier = rules.step_before(step, draft.answers)
    back = reverse("appointments:step", args=[draft.id, earlier.value]) if earlier else ""
    context = {
        "form": form,
        "draft": draft,
        "title": TITLES[step],
        "asked": proof,
        "back": back or reverse("appointments:start"),
        **more,
    }
    status = 422 if form.is_bound else 200
    return render(request, f"appointments/steps/{step.value}.html", context, status=status)


def _answer(request: HttpRequest, draft: Draft, answers: dict[Step, Answer]) -> HttpResponse:
    """Keep the answers. What was held under other ones is given back: a booking does not change."""
    if draft.appointment and not _is_same_booking(answers, draft.answers):
        actions.release(appointment_id=draft.appointment, now=timezone.now())
        draft.appointment = None
        said = gettext("Usted cambió sus datos y la hora que tenía apartada quedó libre. Elíjala otra vez.")
        messages.info(request, said)
    draft.answers = answers
    sessions.keep(request, draft)
    return go_on(draft)


def _is_same_booking(answers: Answers, earlier: Answers) -> bool:
    is_whole = all(step in answers for step in (Step.PERSON, Step.CONTACT, Step.PROCEDURE, Step.CASE))
    return (
        is_whole and who_of(answers) == who_of(earlier) and answers[Step.PROCEDURE] == earlier[Step.PROCEDURE]
    )


def _attempt_for(draft: Draft, email: str) -> str:
    """The attempt that proves that address already and can send another code: it needs no second one."""
    before = draft.answers.get(Step.CONTACT, {})
    if "attempt" not in before or not same_email(before["email"], email):
        return ""
    attempt = verification.attempt(UUID(before["attempt"]), purpose=proving.FOR_BOOKING)
    is_open = attempt is not None and verification.is_open(attempt, now=timezone.now())
    return before["attempt"] if is_open and attempt and verification.codes_left(attempt) else ""


def _initial_person(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    if answer := draft.answers.get(Step.PERSON):
        document = forms.PASSPORT if answer["country"] else forms.NATIONAL
        return {**answer, "document": document}
    of_holder = known(request)
    return {"number": of_holder.number} if of_holder else {}


def _contact_of(of_holder: Known | None) -> dict[str, Any]:
    return {"email": of_holder.email, "phone": of_holder.phone} if of_holder else {}


def _known_answers(of_holder: Known | None) -> dict[Step, Answer]:
    """The answers of who is signed in, as far as they need not be asked for."""
    if of_holder is None:
        return {}
    answers: dict[Step, Answer] = {}
    if of_holder.names:
        found = forms.identity(of_holder.number)
        answers[Step.PERSON] = {
            "kind": found.kind.value,
            "number": found.number,
            "country": "",
            "names": of_holder.names,
        }
    if of_holder.email:
        contact = forms.ContactForm({"email": of_holder.email, "phone": of_holder.phone})
        if contact.is_valid():
            answers[Step.CONTACT] = contact.answer()
            answers[Step.CODE] = {"email": of_holder.email}
    return answers
