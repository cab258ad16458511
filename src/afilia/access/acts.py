"""The acts in words, as an employer gives them away."""

from django.utils.translation import gettext_lazy as _

from afilia.access.rules.acts import Act

NAMES = {
    Act.ENTRIES_AND_EXITS: _("Avisos de entrada y de salida"),
    Act.PAY: _("Sueldos, extras y días"),
    Act.RESERVE_FUNDS: _("Fondos de reserva"),
    Act.DEPENDENTS: _("Dependientes"),
    Act.REQUESTS: _("Turnos, solicitudes y datos del empleador"),
}
