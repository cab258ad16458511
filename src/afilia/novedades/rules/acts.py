"""Which act a novedad is, of those that an employer gives away one by one."""

from afilia.access.rules.acts import Act
from afilia.novedades.rules.layouts import Effect

ACTS = {
    Effect.ENTRY: Act.ENTRIES_AND_EXITS,
    Effect.EXIT: Act.ENTRIES_AND_EXITS,
    Effect.PAY: Act.PAY,
    Effect.EXTRA: Act.PAY,
    Effect.ARREARS: Act.PAY,
    Effect.ABSENCE: Act.PAY,
    Effect.RESERVE: Act.RESERVE_FUNDS,
    Effect.DEPENDENT: Act.DEPENDENTS,
}

# Those that change the labour history; dependents are registered in pages of their own.
HISTORY = frozenset(ACTS) - {Effect.DEPENDENT}
