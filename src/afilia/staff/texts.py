from django.utils.translation import gettext_lazy as _

from afilia.staff.rules import Fault, Role

ROLES = {
    Role.COUNTER: _("Ventanilla"),
    Role.COORDINATION: _("Coordinación"),
    Role.LEGAL: _("Revisión jurídica"),
    Role.SUPERVISOR: _("Supervisión"),
}
HINTS = {
    Role.COUNTER: _("Atiende a las personas en la oficina."),
    Role.COORDINATION: _("Revisa y resuelve los trámites de la provincia, o los nacionales."),
    Role.LEGAL: _("Emite el criterio jurídico cuando un trámite lo pide."),
    Role.SUPERVISOR: _("Responde por el equipo y sus cuentas."),
}
FAULTS = {
    Fault.NO_ROLE: _("Elija al menos un rol."),
    Fault.NO_OFFICE: _("Quien atiende en ventanilla necesita una oficina. Elija una oficina."),
    Fault.BEYOND: _("Usted no puede dar ese rol en ese lugar. Pídalo a quien supervisa la provincia."),
}
