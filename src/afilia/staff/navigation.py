"""What the desk has on offer: the apps above add their pages here, each for the roles that see it.

In the `ready` of the app: `navigation.add(Entry(url="appointments:office-day", …))`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from afilia.staff.rules import Role, Staff, may_enter


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A page of the desk. `roles` are those of its view's `staff_required`; none means all officials."""

    url: str  # name of the address, which takes no arguments
    text: str | Promise
    hint: str | Promise  # a sentence for the desk's first page
    roles: frozenset[Role]
    order: int  # the smaller the earlier
    at_office: bool = False  # only for officials of an office

    @property
    def href(self) -> str:
        return reverse(self.url)


_entries: dict[str, Entry] = {}


def add(entry: Entry) -> None:
    """Offer a page on the desk, once, however often it is added."""
    _entries[entry.url] = entry


def entries(staff: Staff) -> Sequence[Entry]:
    """The pages that an official sees, in their order."""
    seen = [
        entry
        for entry in _entries.values()
        if may_enter(staff, entry.roles) and (staff.office_id is not None or not entry.at_office)
    ]
    return sorted(seen, key=lambda entry: (entry.order, entry.url))
