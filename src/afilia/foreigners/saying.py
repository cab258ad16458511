"""Sentences for what the rules of this app say by code."""

from datetime import date

from django.db.models import Model
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from afilia.foreigners.models import ForeignDocument
from afilia.foreigners.rules.asking import Fault
from afilia.foreigners.rules.powers import PowerFault
from afilia.foreigners.rules.states import EntryState
from afilia.kit import countries
from afilia.procedures.rules import WhoComes
from afilia.registries.contracts import Field
from afilia.workers.models import Employment, IdentityDocument, IdentityNumber
from afilia.workers.rules import Clash, JoinRefusal

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
SUT_UNLIKE = _(
    "No es igual en el SUT. Cópielo del contrato registrado, o corríjalo en el Ministerio de Trabajo si ahí"
    " está mal."
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


CIVIL_DOWN = _(
    "El Registro Civil no responde en este momento. No se cambió nada: espere unos minutos y vuelva a"
    " intentarlo."
)
JOIN_REFUSALS = {
    JoinRefusal.UNKNOWN: _("Nadie consta con ese número, ni aquí ni en el Registro Civil. Revíselo."),
    JoinRefusal.SAME: _("Ese número ya es de esta persona."),
    JoinRefusal.TWO_CEDULAS: _(
        "Cada una de las dos tiene su cédula, y nadie tiene dos: son personas distintas. Si una cédula se"
        " unió por error, deshaga primero esa unión."
    ),
    JoinRefusal.EMPLOYMENTS: _(
        "Las dos trabajan en la misma sucursal de un modo que una sola persona no puede. El empleador debe"
        " registrar la salida de una relación laboral, o anular su entrada, antes de unirlas. No se cambió"
        " nada."
    ),
    JoinRefusal.DEPENDENTS: _(
        "Las dos tienen registrado al mismo dependiente con el mismo empleador, y el registro de la otra dura"
        " más. Únalas desde la ficha de la otra, y ese registro queda. Si tampoco se puede, el empleador debe"
        " poner la misma última fecha en los dos registros. No se cambió nada."
    ),
    JoinRefusal.PARTNERS: _(
        "Cada una tiene registrado a otro cónyuge o conviviente con el mismo empleador, y una persona solo"
        " puede tener uno. El empleador debe terminar uno de los dos registros antes de unirlas. No se cambió"
        " nada."
    ),
    JoinRefusal.ITSELF: _(
        "Una consta como dependiente de la otra, y nadie depende de sí mismo. Si son la misma persona, el"
        " empleador debe terminar ese registro antes de unirlas. No se cambió nada."
    ),
    JoinRefusal.ROWS: _(
        "Las dos tienen algo registrado que una persona solo puede tener una vez. No se cambió nada: pida a"
        " la unidad responsable que lo revise."
    ),
    JoinRefusal.UNDONE: _("Esta unión ya se deshizo."),
    JoinRefusal.ADDED: _(
        "Mientras tanto se registró algo más de esta persona. Diga también de quién es eso. No se cambió"
        " nada."
    ),
    JoinRefusal.LATER: _("Estas personas se unieron después con otra. Deshaga primero la última unión."),
}
CLASHES = {
    Clash.ACTIVE: _("las dos relaciones laborales están activas"),
    Clash.ENTRY_DAY: _("las dos empezaron el mismo día"),
}


def added_row(row: Model) -> str:
    """What was registered after a join, in words."""
    if isinstance(row, Employment):
        return gettext("Trabajo en %(employer)s, sucursal %(branch)s, desde el %(day)s") % {
            "employer": row.employer.name,
            "branch": row.branch.number,
            "day": date_format(row.entered_on, "SHORT_DATE_FORMAT"),
        }
    if isinstance(row, IdentityNumber | IdentityDocument):
        return f"{row.get_kind_display()} {row.number}"
    return f"{row._meta.verbose_name} {row.pk}"
