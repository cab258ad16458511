"""What officials are told, by reason code."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from afilia.cases.rules.moves import Fault, Move
from afilia.counter.rules.handing import Refusal, Road
from afilia.counter.rules.working import Owner, Urgency
from afilia.procedures.rules import WhoComes

WHO_COMES: Mapping[WhoComes, Promise] = {
    WhoComes.EMPLOYER: _("Quien representa al empleador"),
    WhoComes.ATTORNEY: _("Una persona con poder notarial"),
    WhoComes.AUTHORISED_THIRD_PARTY: _("Una tercera persona autorizada"),
}
ROADS: Mapping[Road, Promise] = {
    Road.SHEET: _("Hoja impresa"),
    Road.LINK: _("Enlace al correo verificado"),
}
REFUSALS: Mapping[Refusal, Promise] = {
    Refusal.HAS_KEY: _(
        "Este empleador ya tiene una clave propia. Se recupera en línea; si no es posible, otra clave la"
        " entrega quien supervisa la oficina. No se entregó nada."
    ),
    Refusal.NO_REASON: _("Escriba por qué se entrega otra clave a quien ya tiene una."),
    Refusal.TOO_LATE: _(
        "Pasó más de una hora desde que comprobó los documentos. No se entregó nada: compruébelos otra vez."
    ),
    Refusal.OVERTAKEN: _(
        "Mientras tanto, otra persona entregó la clave de este empleador. Aquí no se entregó nada: vea en la"
        " página del empleador quién y cuándo."
    ),
    Refusal.TWICE: _(
        "Esta clave ya se entregó. No se hizo otra: si la hoja se dañó o se perdió, pida imprimirla de nuevo."
    ),
    Refusal.INCOMPLETE: _("Faltan documentos. No se entregó nada."),
    Refusal.NOT_ACTIVE: _(
        "El RUC no está activo en el SRI. No se entregó nada: la persona debe reactivarlo y volver."
    ),
    Refusal.REGISTER_DOWN: _(
        "El SRI no responde y sin él no se entrega una clave. No se perdió nada: los documentos siguen"
        " comprobados durante una hora. Vuelva a intentarlo en unos minutos."
    ),
    Refusal.NO_VERIFIED_EMAIL: _(
        "Un enlace solo se envía al correo verificado del empleador, y este no lo es. Entregue la clave en"
        " una hoja."
    ),
    Refusal.NO_KEY: _("Este empleador todavía no tiene clave: entréguesela. El trámite sigue aprobado."),
    Refusal.IDENTITY: _(
        "El Registro Civil tiene esa cédula con otros nombres. Revise el número y los nombres de la tercera"
        " persona en su cédula original."
    ),
}
OWNERS: Mapping[Owner, Promise] = {
    Owner.MINE: _("Los míos"),
    Owner.NOBODY: _("Sin asignar"),
}
URGENCIES: Mapping[Urgency, Promise] = {
    Urgency.LATE: _("Vencidos"),
    Urgency.SOON: _("Vencen hoy o en dos días"),
    Urgency.STOPPED: _("Con el plazo detenido"),
}
FAULTS: Mapping[Fault, Promise] = {
    Fault.STATE: _(
        "El trámite cambió mientras usted lo veía y ya no admite esa decisión. No se hizo nada: vea abajo"
        " cómo está ahora."
    ),
    Fault.PARTY: _("Esa decisión no le corresponde, o esa persona no ve este trámite. No se hizo nada."),
    Fault.ASSIGNEE: _("El trámite lo tiene otra persona. No se hizo nada: para decidir, debe tenerlo usted."),
    Fault.REASON: _("Falta el motivo, o ya no es uno de los de este trámite. No se hizo nada."),
    Fault.CHECKLIST: _("Falta marcar algún documento como correcto. No se hizo nada: revíselo y apruebe."),
}
DECISIONS: Mapping[Move, Promise] = {
    Move.APPROVE: _("Aprobar"),
    Move.ASK_CORRECTION: _("Pedir corrección"),
    Move.ASK_LEGAL: _("Enviar a revisión jurídica"),
    Move.GIVE_OPINION: _("Dar el criterio jurídico"),
    Move.REFUSE: _("Negar"),
}
CONSEQUENCES: Mapping[Move, Promise] = {
    Move.APPROVE: _(
        "El solicitante recibe un correo con la oficina a la que debe ir. El trámite queda aprobado hasta que"
        " esa oficina entregue lo que pidió."
    ),
    Move.ASK_CORRECTION: _(
        "El solicitante recibe un correo con lo que debe enviar de nuevo, y solo eso. El plazo se detiene"
        " hasta que lo envíe."
    ),
    Move.ASK_LEGAL: _(
        "El trámite pasa a revisión jurídica y vuelve a usted con su criterio. El plazo sigue corriendo. El"
        " solicitante sabe que está ahí, pero no lee este texto."
    ),
    Move.GIVE_OPINION: _(
        "El trámite vuelve a quien lo revisa, con su criterio. El solicitante no lee este texto."
    ),
    Move.REFUSE: _("El solicitante recibe un correo con el motivo y la explicación. El trámite termina."),
}
