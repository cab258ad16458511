"""Sentences for what the rules of this app say by code."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from afilia.foreigners.models import ForeignDocument
from afilia.foreigners.rules.asking import Fault
from afilia.foreigners.rules.powers import PowerFault
from afilia.foreigners.rules.states import EntryState
from afilia.kit import countries
from afilia.procedures.rules import WhoComes
from afilia.registries.contracts import Field

FIELDS = {
    Field.KIND: _("Clase de documento"),
    Field.COUNTRY: _("País del documento"),
    Field.NUMBER: _("Número del documento"),
    Field.NAMES: _("Nombres y apellidos"),
    Field.BIRTH: _("Fecha de nacimiento"),
}
# Which field of the form a difference is shown at
FORM_FIELDS = {
    Field.KIND: "document",
    Field.COUNTRY: "country",
    Field.NUMBER: "number",
    Field.NAMES: "names",
    Field.BIRTH: "birth_on",
}
WHO_COMES = {
    WhoComes.EMPLOYER: _("El empleador o su representante legal"),
    WhoComes.ATTORNEY: _("Una apoderada o un apoderado, con poder notarial"),
    WhoComes.AUTHORISED_THIRD_PARTY: _("Otra persona, autorizada por el empleador"),
}
FAULTS = {
    Fault.OVER: _(
        "La solicitud cambió mientras usted la llenaba: otra persona, u otra pestaña, la modificó o ya se"
        " decidió. Ábrala otra vez para ver cómo está."
    ),
    Fault.OWN: _(
        "Estos datos son de la misma persona que pide, firma o va a la oficina. La persona extranjera no"
        " puede pedir su propio código ni presentar la solicitud: lo hace su empleador."
    ),
    Fault.HAS_CODE: _(
        "La persona con este documento ya tiene un número en la institución y no necesita otro. Pídale su"
        " código; si no lo recuerda, se lo dicen en cualquier oficina con su documento original."
    ),
    Fault.LIVE: _(
        "El empleador ya tiene una solicitud abierta para este documento. Úsela, o retírela antes de preparar"
        " otra."
    ),
    Fault.TAXPAYER: _(
        "El RUC del empleador no está activo en el SRI. Póngalo al día ahí; mientras tanto no se puede pedir"
        " un código."
    ),
    Fault.SRI_DOWN: _(
        "El registro del SRI no responde en este momento. Espere unos minutos y envíe otra vez; lo que"
        " escribió sigue aquí."
    ),
    Fault.NO_CONTRACT: _(
        "El SUT no tiene ningún contrato de este empleador con esta persona. Regístrelo en el Ministerio de"
        " Trabajo; si ya lo hizo, compruebe que el número y la fecha de nacimiento sean los mismos."
    ),
    Fault.POWER: _("Este poder no es a favor de la persona que va. Elija otro, o revise su número."),
    Fault.APPOINTMENT: _(
        "Ese turno no sirve para esta solicitud: debe ser para este trámite, no haber pasado y estar a nombre"
        " de quien va a la oficina."
    ),
}
POWER_FAULTS = {
    PowerFault.SUBMITTED: _("La unidad jurídica todavía no lo ha validado."),
    PowerFault.REFUSED: _("La unidad jurídica lo negó."),
    PowerFault.SCOPE: _("No faculta para pedir códigos."),
    PowerFault.NOT_YET: _("Todavía no está vigente."),
    PowerFault.EXPIRED: _("Está vencido."),
}
ENTRY_STATES = {
    EntryState.OPEN: pgettext_lazy("entry", "Provisional"),
    EntryState.DEFINITE: pgettext_lazy("entry", "Definitiva"),
    EntryState.WITHDRAWN: pgettext_lazy("entry", "Retirada"),
    EntryState.LAPSED: pgettext_lazy("entry", "Terminó sin código"),
}
SUT_DIFFERENT = _(
    "En el SUT consta «%(found)s». Escríbalo igual, o corríjalo en el Ministerio de Trabajo si ahí está mal."
)


def sut_value(field: Field, value: str) -> str:
    """What the register of contracts has in a field, from how it is kept to words."""
    match field:
        case Field.KIND:
            return str(ForeignDocument(value).label)
        case Field.COUNTRY:
            return countries.name(value) or value
        case Field.BIRTH:
            return date_format(date.fromisoformat(value), "DATE_FORMAT")
        case Field.NUMBER | Field.NAMES:
            return value
