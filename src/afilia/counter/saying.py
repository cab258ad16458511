"""What officials are told, by reason code."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from afilia.cases.rules.moves import Fault, Move
from afilia.counter.rules.handing import Refusal, Road
from afilia.counter.rules.working import Owner, Urgency
from afilia.foreigners.rules.deciding import Arrival, Form
from afilia.foreigners.rules.deciding import Refusal as CodeRefusal
from afilia.procedures.rules import WhoComes
from afilia.workers.rules import DoubleReason

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

PIECES: Mapping[Form, Promise] = {
    Form.ORIGINAL: _("original"),
    Form.COPY: _("copia"),
    Form.EITHER: _("original o copia"),
}
ARRIVALS: Mapping[Arrival, Promise] = {
    Arrival.BOOKED: _("Tiene turno a su nombre."),
    Arrival.WALK_IN: _("Se la recibió sin turno en esta oficina."),
    Arrival.OTHER: _(
        "El turno de quien está en su ventanilla es de otra persona o de otro trámite. El turno debe estar a"
        " nombre de quien será atendido."
    ),
    Arrival.NONE: _(
        "No consta que haya llegado: no tiene turno para hoy en esta oficina ni se la recibió sin turno."
        " Regístrela en «Turnos de hoy» y llámela a su ventanilla."
    ),
}
DOUBLE_REASONS: Mapping[DoubleReason, Promise] = {
    DoubleReason.DOCUMENT: _("tiene el mismo documento"),
    DoubleReason.NUMBER: _("tiene un documento de otro país o de otra clase con el mismo número"),
    DoubleReason.BIRTH_AND_NAMES: _("nació el mismo día y tiene nombres parecidos"),
}
CODE_REFUSALS: Mapping[CodeRefusal, Promise] = {
    CodeRefusal.OVER: _("Esta solicitud ya se decidió o terminó. No se hizo nada: vea abajo cómo está."),
    CodeRefusal.MOVED: _(
        "La solicitud se abrió en otra oficina. No se hizo nada: lea otra vez su código QR para traerla."
    ),
    CodeRefusal.CHANGED: _(
        "El empleador cambió la solicitud mientras usted la veía. No se hizo nada: compare otra vez, y mire"
        " que el papel firmado sea de la versión de abajo."
    ),
    CodeRefusal.ARRIVAL: _(
        "No consta que quien debe venir esté en su ventanilla. No se emitió nada: vea «Quién viene»."
    ),
    CodeRefusal.INCOMPLETE: _("Faltan documentos. No se emitió nada."),
    CodeRefusal.NUMBER: _(
        "No es el número de la solicitud. Revise lo que escribió; si el documento dice otra cosa, pida una"
        " corrección."
    ),
    CodeRefusal.NOT_EQUAL: _("Compare el documento. Si algo es distinto, pida una corrección."),
    CodeRefusal.SUT_DOWN: _(
        "El SUT no responde, y sin él no se emite un código. No se perdió nada: vuelva a intentarlo en unos"
        " minutos."
    ),
    CodeRefusal.SUT_DIFFERS: _(
        "Los datos del SUT no son iguales a los de la solicitud. No se emitió nada: pida una corrección."
    ),
    CodeRefusal.NO_CONTRACT: _(
        "El SUT no tiene un contrato de este empleador con esa persona. No se emitió nada."
    ),
    CodeRefusal.POWER: _("El poder notarial no sirve hoy: vea «Quién viene». No se emitió nada."),
    CodeRefusal.DOUBLE: _("Diga que no es ninguna de las personas parecidas. No se emitió nada."),
    CodeRefusal.HAS_CODE: _(
        "La persona con este documento ya tiene el número %(number)s. No se emitió otro: niegue la solicitud"
        " y dígale al empleador que use ese número."
    ),
}
