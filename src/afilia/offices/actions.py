from collections.abc import Iterable
from dataclasses import dataclass

from afilia.offices.models import Agenda, Office, OfficeHours
from afilia.offices.reading import Group, OfficePlan

FIELDS = (
    *("name", "province", "city", "address", "shopping_centre"),
    *("counters", "open_from", "open_to"),
)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What changed in an office; `hours` and `agendas` are told without their parts."""

    code: str
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Written:
    added: tuple[str, ...]  # codes
    changed: tuple[Change, ...]
    unchanged: int


def write_offices(*, plans: Iterable[OfficePlan], made_up: bool = False) -> Written:
    """Write offices as a file has them; those that it does not name stay as they are.

    Call it in a transaction; the caller records it in the ledger. Agendas are never deleted: one that the
    file no longer has keeps its bookings and gives no place any more.
    """
    added, changed, unchanged = [], [], 0
    for plan in sorted(plans, key=lambda each: each.code):
        wanted = {name: getattr(plan, name) for name in FIELDS} | {"made_up": made_up}
        office, is_new = Office.objects.select_for_update().get_or_create(code=plan.code, defaults=wanted)
        fields = [name for name, value in wanted.items() if getattr(office, name) != value]
        if fields:
            for name in fields:
                setattr(office, name, wanted[name])
            office.save(update_fields=fields)
        if _write_hours(office, plan):
            fields.append("hours")
        if _write_agendas(office, plan.groups):
            fields.append("agendas")
        if is_new:
            added.append(plan.code)
        elif fields:
            changed.append(Change(code=plan.code, fields=tuple(fields)))
        else:
            unchanged += 1
    return Written(added=tuple(added), changed=tuple(changed), unchanged=unchanged)


def _write_hours(office: Office, plan: OfficePlan) -> bool:
    wanted = {(each.weekday, each.opens, each.closes) for each in plan.stretches}
    if {*office.hours.values_list("weekday", "opens", "closes")} == wanted:
        return False
    office.hours.all().delete()
    OfficeHours.objects.bulk_create(
        OfficeHours(office=office, weekday=weekday, opens=opens, closes=closes)
        for weekday, opens, closes in sorted(wanted)
    )
    return True


def _write_agendas(office: Office, groups: Iterable[Group]) -> bool:
    """Give each group the agenda that shares most procedures with it, or a new one; empty those left over."""
    left = sorted(office.agendas.select_for_update(), key=lambda agenda: (not agenda.seats, agenda.pk))
    changed = False
    for group in groups:
        shared = [len({*group.procedures} & {*agenda.procedures}) for agenda in left]
        agenda = left.pop(shared.index(max(shared))) if any(shared) else Agenda(office=office)
        wanted = (list(group.procedures), group.minutes, group.seats)
        if (agenda.procedures, agenda.minutes, agenda.seats) != wanted:
            agenda.procedures, agenda.minutes, agenda.seats = wanted
            agenda.save()
            changed = True
    over = [agenda.pk for agenda in left if agenda.seats]
    Agenda.objects.filter(pk__in=over).update(seats=0)
    return changed or bool(over)
