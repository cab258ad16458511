"""How the portal is, as everybody may know it: what works, what is slow, what does not."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from afilia.kit import maintenance
from afilia.notices import queries as notices
from afilia.ops import queries
from afilia.ops.doctor import STALE_AFTER
from afilia.registries import civil, sri, sut
from afilia.registries.circuit import Circuit

LATE_MAIL = timedelta(minutes=10)
SECONDS = 10  # that an answer serves: a page that all reload must not burden what is in trouble


class State(StrEnum):
    WORKS = "works"
    SLOW = "slow"
    DOWN = "down"


class Part(StrEnum):
    """What people use of it."""

    PORTAL = "portal"
    FILING = "filing"
    MAIL = "mail"
    CIVIL = "registro-civil"
    SRI = "sri"
    SUT = "sut"

    @property
    def label(self) -> Promise:
        return SAYING[self][0]

    @property
    def while_slow(self) -> Promise:
        """What it means for people that the part does not work as it should."""
        return SAYING[self][1]


SAYING = {
    Part.PORTAL: (_("El portal"), _("Las páginas no pueden leer ni guardar datos.")),
    Part.FILING: (
        _("Registro de novedades y trámites"),
        _("Lo que envía se recibe con su fecha; el comprobante llegará más tarde."),
    ),
    Part.MAIL: (_("Correos"), _("Los códigos y avisos por correo llegarán más tarde.")),
    Part.CIVIL: (
        _("Consulta al Registro Civil"),
        _("Las identidades se comprobarán cuando el Registro Civil responda."),
    ),
    Part.SRI: (
        _("Consulta al SRI"),
        _("Por ahora nadie puede registrar un empleador ni recuperar una clave."),
    ),
    Part.SUT: (
        _("Consulta al Ministerio de Trabajo (SUT)"),
        _("Los contratos se comprobarán cuando el SUT responda."),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Status:
    at: datetime
    parts: dict[Part, State]
    closure: maintenance.Closure | None

    @property
    def overall(self) -> State:
        """The worst of what is the portal's own; a register outside that is down only delays."""
        if self.closure or State.DOWN in (self.parts[Part.PORTAL], self.parts[Part.FILING]):
            return State.DOWN
        return State.WORKS if set(self.parts.values()) == {State.WORKS} else State.SLOW


def status() -> Status:
    """How it is now, or was some seconds ago."""
    return _status(int(time.monotonic()) // SECONDS, maintenance.current())


@lru_cache(maxsize=1)
def _status(_moment: int, closure: maintenance.Closure | None) -> Status:
    now = timezone.now()
    return Status(at=now, parts=_parts(now), closure=closure)


def _parts(now: datetime) -> dict[Part, State]:
    outside = {
        Part.CIVIL: _register(settings.REGISTRO_CIVIL_URL, civil.circuit),
        Part.SRI: _register(settings.SRI_URL, sri.circuit),
        Part.SUT: _register(settings.SUT_URL, sut.circuit),
    }
    try:
        if queries.missing_migrations():
            return {Part.PORTAL: State.DOWN, Part.FILING: State.DOWN, Part.MAIL: State.DOWN, **outside}
        heartbeats = queries.worker_heartbeats(now=now)
        oldest = notices.longest_wait(now=now)
    except DatabaseError:
        return {Part.PORTAL: State.DOWN, Part.FILING: State.DOWN, Part.MAIL: State.DOWN, **outside}
    works = bool(heartbeats) and heartbeats[0] <= STALE_AFTER
    return {
        Part.PORTAL: State.WORKS,
        Part.FILING: State.WORKS if works else State.SLOW,  # received, and registered once a worker is there
        Part.MAIL: State.WORKS if works and oldest <= LATE_MAIL else State.SLOW,
        **outside,
    }


def _register(address: str, circuit: Circuit) -> State:
    """A register that is asked over the network and was left alone after failures only delays."""
    return State.SLOW if address and not circuit.allows(now=time.monotonic()) else State.WORKS
