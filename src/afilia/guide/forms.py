from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from afilia.guide.rules import APPLICANT, CHANNEL, WHO_COMES, Question
from afilia.procedures.catalogue import load
from afilia.procedures.rules import Applicant, Channel, Procedure, WhoComes
from afilia.procedures.speaking import spoken

LABELS = {
    APPLICANT: _("¿Qué clase de empleador es?"),
    CHANNEL: _("¿Cómo lo va a hacer?"),
    WHO_COMES: _("¿Quién lo va a presentar?"),
}
OF_REQUIREMENT = _("¿Cuál de estos documentos tiene?")
CHOOSE = _("Elija una de las opciones.")


class ProcedureForm(forms.Form):
    """For which procedure somebody asks what is needed."""

    tramite = forms.ChoiceField(
        label=_("¿Qué trámite va a hacer?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Elija un trámite."), "invalid_choice": _("Elija un trámite.")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["tramite"].choices = [  # type: ignore[attr-defined]
            (slug, spoken(procedure.name)) for slug, procedure in load().procedures.items()
        ]


class QuestionForm(forms.Form):
    """One question about a case, with the field `answer`; its name in the address is the question's."""

    def __init__(self, *args: Any, question: Question, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields[question.name] = forms.ChoiceField(
            label=LABELS.get(question.name, OF_REQUIREMENT),
            choices=[(choice, said(question.name, choice)) for choice in question.choices],
            widget=forms.RadioSelect,
            error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
        )
        self.answer = self[question.name]


def said(question: str, choice: str) -> str:
    """An answer in the words of the catalogue."""
    catalogue = load()
    if question == APPLICANT:
        return spoken(catalogue.applicants[Applicant(choice)].name)
    if question == CHANNEL:
        return spoken(catalogue.channels[Channel(choice)].name)
    if question == WHO_COMES:
        return spoken(catalogue.who_comes[WhoComes(choice)])
    return spoken(catalogue.documents[choice].name)


def hints(procedure: Procedure, question: Question) -> dict[str, str]:
    """In which case an answer is somebody's, by its value."""
    if question.name == APPLICANT:
        return {kind: spoken(load().applicants[Applicant(kind)].who) for kind in question.choices}
    return {
        option.document.slug: spoken(option.only)
        for way in procedure.ways
        for requirement in way.requirements
        if requirement.slug == question.name
        for option in requirement.options
    }
