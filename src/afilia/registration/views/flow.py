"""The registration of an employer, one question a page. Nothing is registered before the last one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from afilia.employers.actions import RefusedError
from afilia.employers.models import DocumentKind, EmployerKind
from afilia.employers.rules import MOST_BRANCHES, Document, Identity, Kind, branch_number
from afilia.kit import countries
from afilia.kit.proxies import client_address
from afilia.offices.provinces import PROVINCES, code_of
from afilia.registration import actions, forms, queries, rules, sessions
from afilia.registration.actions import ChangedError, LimitError
from afilia.registration.models import Draft
from afilia.registration.rules import Answers, Step
from afilia.registries.sri import RegisterDownError
from afilia.verification import queries as verification
from afilia.verification.forms import CodeForm
from afilia.verification.rules import Verdict

FORMS: dict[Step, type[forms.Question]] = {
    Step.KIND: forms.KindForm,
    Step.DOCUMENT: forms.DocumentForm,
    Step.ADDRESS: forms.AddressForm,
    Step.PHONE: forms.PhoneForm,
    Step.COLLECTOR: forms.CollectorForm,
}
STEP_NAMES = {
    Step.KIND: _("Clase de empleador"),
    Step.RUC: _("RUC"),
    Step.TAXPAYER: _("Datos del SRI"),
    Step.OWNER: _("Empleador"),
    Step.DOCUMENT: _("Documento del representante"),
    Step.REPRESENTATIVE: _("Representante"),
    Step.BRANCHES: _("Sucursales"),
    Step.ADDRESS: _("Dirección"),
    Step.PHONE: _("Teléfono"),
    Step.EMAIL: _("Correo electrónico"),
    Step.CODE: _("Código del correo"),
    Step.COLLECTOR: _("Retiro de la clave"),
    Step.CHECK: _("Revise sus respuestas"),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        draft = actions.start(now=timezone.now())
        sessions.remember_draft(request, draft)
        return redirect("registration:step", draft.pk, Step.KIND.value)
    begun = [
        {"draft": draft, "at": draft.started_at, "answers": queries.answers(draft)}
        for draft in sessions.drafts(request)
    ]
    return render(request, "registration/start.html", {"begun": [one for one in begun if one["answers"]]})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, draft_id: UUID, name: str) -> HttpResponse:
    """One page of the registration; pages that cannot be asked yet lead to the first open question."""
    draft = sessions.draft_or_404(request, draft_id)
    if draft.registration:
        sessions.remember_registration(request, draft.registration.pk)
        return redirect("registration:done", draft.registration.number)
    answers = queries.answers(draft)
    try:
        asked = Step(name)
    except ValueError:
        raise Http404 from None
    if not rules.may_be_shown(asked, answers):
        return _go_on(draft, answers)
    try:
        return VIEWS.get(asked, _question)(request, draft, asked, answers)
    except LimitError:
        return render(request, "registration/limit.html", {"back": request.path}, status=429)
    except RefusedError as refused:
        context = {"reason": refused.reason.value, "draft": draft, "kind": rules.kind_of(answers)}
        return render(request, "registration/refused.html", context, status=422)
    except RegisterDownError:
        return render(request, "registration/register_down.html", {"back": request.path}, status=503)


def _question(request: HttpRequest, draft: Draft, asked: Step, answers: Answers) -> HttpResponse:
    form = FORMS[asked](_posted(request), initial=_initial(asked, answers))
    if form.is_valid():
        actions.answer(draft_id=draft.pk, step=asked, answer=form.answer())
        return _answered(draft)
    return _ask(request, draft, asked, answers, form)


def _ruc(request: HttpRequest, draft: Draft, asked: Step, answers: Answers) -> HttpResponse:
    form = forms.RucForm(_posted(request), initial=_initial(asked, answers))
    if form.is_valid():
        actions.look_up(
            draft=draft,
            kind=Kind(answers[Step.KIND]["kind"]),
            ruc=form.cleaned_data["ruc"],
            address=client_address(request),
            now=timezone.now(),
        )
        return _answered(draft)
    return _ask(request, draft, asked, answers, form)


def _taxpayer(request: HttpRequest, draft: Draft, asked: Step, answers: Answers) -> HttpResponse:
    if request.method == "POST":
        actions.answer(draft_id=draft.pk, step=asked, answer={"agreed": True})
        return _answered(draft)
    taxpayer = answers[Step.RUC]
    kind = Kind(answers[Step.KIND]["kind"])
    more = {"taxpayer": taxpayer, "kind_label": EmployerKind(kind).label}
    return _ask(request, draft, asked, answers, None, **more)


def _owner(request: HttpRequest, draft: Draft, asked: Step, answers: Answers) -> HttpResponse:
    form = forms.OwnerForm(_posted(request), initial=_initial(asked, answers))
    if form.is_valid():
        said = actions.own(
            draft=draft, address=client_address(request), now=timezone.now(), **form.cleaned_data
        )
        if said is not Identity.DIFFERENT:
            return _answered(draft)
        form.refuse(said)
    return _ask(request, draft, asked, answers, form)


def _representative(request: HttpRequest, draft: Draft, asked: Step, answers: Answers) -> HttpResponse:
    document = Document(answers[Step.DOCUMENT]["document"])
    form = forms.RepresentativeForm(
        _posted(request),
        initial=_initial(asked, answers),
        document=document,
        kind=Kind(answers[Step.KIND]["kind"]),
        ruc=answers[Step.RUC]["ruc"],
    )
    if form.is_valid():
        known = form.answer()
        said = actions.represent(
            draft=draft,
            number=known["number"],
            country=known["country"],
            names=known["names"],
            is_cedula=document is Document.CEDULA,
            address=client_address(request),
            now=timezone.now(),
        )
        if said is not Identity.DIFFERENT:
            return _answered(draft)
        form.refuse(said)
    return _ask(request, draft, asked, answers, form, document=DocumentKind(document).label)


def _branches(request: HttpRequest, draft: Draft, asked: Step, answers: Answers) -> HttpResponse:
    known = answers[asked]["places"] if asked in answers else rules.proposed_places(answers[Step.RUC])
    places: forms.PlaceFormSet = forms.Places(_posted(request), initial=known, prefix="places")
    if request.method == "POST" and request.POST.get("do") == "add":
        places = forms.Places(initial=[*_typed(places), {}], prefix="places")
    elif places.is_valid():
        actions.answer(draft_id=draft.pk, step=asked, answer=places.answer())
        return _answered(draft)
    shown = [{"form": form, "number": branch_number(at)} for at, form in enumerate(places.forms, start=1)]
    more = {"places": shown, "errors": _errors(places), "most": MOST_BRANCHES}
    return _ask(request, draft, asked, answers, places, **more)


def _email(request: HttpRequest, draft: Draft, asked: Step, answers: Answers) -> HttpResponse:
    form = forms.EmailForm(_posted(request), initial=_initial(asked, answers))
    if form.is_valid():
        actions.send_code(
            draft=draft,
            email=form.cleaned_data["email"],
            address=client_address(request),
            now=timezone.now(),
        )
        return _answered(draft)
    return _ask(request, draft, asked, answers, form)


def _code(request: HttpRequest, draft: Draft, asked: Step, answers: Answers) -> HttpResponse:
    sent = answers[Step.EMAIL]
    attempt = verification.attempt(sent["attempt"], purpose=actions.FOR_REGISTRATION)
    if attempt is None:  # too old
        return redirect("registration:step", draft.pk, Step.EMAIL.value)
    now = timezone.now()
    form = CodeForm(_posted(request))
    if request.method == "POST" and request.POST.get("do") == "send":
        form = CodeForm(initial={"code": request.POST.get("code", "")})
        refusal = actions.send_another(attempt=attempt, address=client_address(request), now=now)
        if refusal is None:
            return redirect(request.path)
        form = CodeForm({"code": request.POST.get("code", "")})
        form.full_clean()
        form.refuse_sending(refusal)
    elif form.is_valid():
        verdict = actions.prove_email(draft=draft, typed=form.cleaned_data["code"], now=now)
        if verdict is Verdict.RIGHT:
            return _answered(draft)
        form.refuse(verdict)
    return _ask(
        request,
        draft,
        asked,
        answers,
        form,
        email=sent["email"],
        seconds=verification.seconds_left(attempt, now=now),
        delivery=verification.delivery_state(attempt, now=now),
        can_send=verification.codes_left(attempt) > 0,
    )


def _check(request: HttpRequest, draft: Draft, asked: Step, answers: Answers) -> HttpResponse:
    has_changed = False
    if request.method == "POST":
        try:
            registration = actions.submit(
                draft_id=draft.pk,
                seen=request.POST.get("seen", ""),
                address=client_address(request),
                now=timezone.now(),
            )
        except ChangedError:
            has_changed = True
        else:
            sessions.remember_registration(request, registration.pk)
            return redirect("registration:done", registration.number)
    return _ask(
        request,
        draft,
        asked,
        answers,
        None,
        rows=_rows(draft, answers),
        seen=queries.digest(answers),
        has_changed=has_changed,
    )


View = Callable[[HttpRequest, Draft, Step, Answers], HttpResponse]
VIEWS: dict[Step, View] = {
    Step.RUC: _ruc,
    Step.TAXPAYER: _taxpayer,
    Step.OWNER: _owner,
    Step.REPRESENTATIVE: _representative,
    Step.BRANCHES: _branches,
    Step.EMAIL: _email,
    Step.CODE: _code,
    Step.CHECK: _check,
}


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _ask(
    request: HttpRequest,
    draft: Draft,
    asked: Step,
    answers: Answers,
    form: Form | forms.PlaceFormSet | None,
    **more: object,
) -> HttpResponse:
    earlier = rules.step_before(asked, answers)
    back = (
        reverse("registration:step", args=[draft.pk, earlier.value])
        if earlier
        else reverse("registration:start")
    )
    context = {
        "form": form,
        "step": asked.value,
        "title": STEP_NAMES[asked],
        "back": back,
        "kind_hints": forms.KIND_HINTS,
        **more,
    }
    bound = form is not None and form.is_bound
    return render(request, f"registration/steps/{asked.value}.html", context, status=422 if bound else 200)


def _answered(draft: Draft) -> HttpResponse:
    kept = queries.draft(draft.pk)
    return _go_on(draft, queries.answers(kept) if kept else {})


def _go_on(draft: Draft, answers: Answers) -> HttpResponse:
    return redirect("registration:step", draft.pk, rules.next_step(answers).value)


def _initial(asked: Step, answers: Answers) -> dict[str, Any]:
    """What was answered before; else what the SRI knows."""
    if asked in answers:
        return dict(answers[asked])
    taxpayer = answers.get(Step.RUC)
    if asked is Step.ADDRESS and taxpayer:
        for establishment in taxpayer["establishments"]:
            if establishment["open"]:
                canton = establishment["canton"].title()
                return {"province": code_of(establishment["province"]), "canton": canton}
    if asked is Step.REPRESENTATIVE and taxpayer and rules.kind_of(answers) is Kind.FOREIGN_PERSON:
        return {"names": taxpayer["name"]}
    return {}


def _typed(places: forms.PlaceFormSet) -> list[dict[str, Any]]:
    return [{name: form[name].value() for name in ("name", "address")} for form in places.forms]


def _errors(places: forms.PlaceFormSet) -> list[dict[str, str]]:
    """What is wrong with the branches, for the summary at the head of the page."""
    if not places.is_bound:
        return []
    found = [{"text": str(text)} for text in places.non_form_errors()]
    for at, form in enumerate(places.forms, start=1):
        found += [
            {"text": f"{branch_number(at)}: {text}", "href": f"#{bound.auto_id}"}
            for bound in form
            for text in bound.errors
        ]
    return found


def _rows(draft: Draft, answers: Answers) -> list[dict[str, object]]:
    """The answers as people read them, each with the page that changes it."""
    application = rules.application(answers)
    person, collector = application.representative, application.collector
    document = str(DocumentKind(person.document).label)
    country = f" ({countries.name(person.country)})" if person.country else ""
    of_person = [person.names, f"{document}{country} {person.number}"]
    is_domestic = application.kind is Kind.DOMESTIC
    shown: list[tuple[Step, object, list[str]]] = [
        (Step.KIND, _("Clase de empleador"), [str(EmployerKind(application.kind).label)]),
        (
            Step.OWNER if is_domestic else Step.RUC,
            _("Empleador"),
            [application.name, f"RUC {application.ruc}"],
        ),
    ]
    if application.kind in rules.IN_PERSON or is_domestic:
        shown.append((shown[-1][0], _("Representante"), of_person))
    else:
        shown.append((Step.DOCUMENT, _("Representante"), of_person))
    shown.append(
        (
            Step.ADDRESS if is_domestic else Step.BRANCHES,
            _("Sucursales"),
            [
                f"{branch_number(at)} {place.name}: {place.address}"
                for at, place in enumerate(application.branches, start=1)
            ],
        )
    )
    address = [application.street, f"{application.canton}, {PROVINCES[application.province]}"]
    collects = [collector.names, collector.number] if collector else [str(_("El representante"))]
    shown += [
        (Step.ADDRESS, _("Dirección"), address),
        (Step.PHONE, _("Teléfono"), [application.phone]),
        (Step.EMAIL, _("Correo verificado"), [application.email]),
        (Step.COLLECTOR, _("Retira la clave"), collects),
    ]
    return [
        {
            "label": label,
            "lines": lines,
            "href": reverse("registration:step", args=[draft.pk, asked.value]),
        }
        for asked, label, lines in shown
    ]
