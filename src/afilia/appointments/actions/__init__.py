from afilia.appointments.actions.changing import cancel, mark, move, move_by_link
from afilia.appointments.actions.closing import ClosureRefusedError, close_day, empty, empty_left
from afilia.appointments.actions.finding import find, send_links
from afilia.appointments.actions.holding import confirm, hold, release
from afilia.appointments.actions.importing import Imported, import_offices
from afilia.appointments.actions.opening import open_day
from afilia.appointments.actions.tending import close_days, forget, remind, tend_waiting_list
from afilia.appointments.actions.waiting import (
    accept_offer,
    decline_offer,
    join_waiting_list,
    leave_waiting_list,
    pass_on,
    pass_on_lapsed,
)

__all__ = [
    "ClosureRefusedError",
    "Imported",
    "accept_offer",
    "cancel",
    "close_day",
    "close_days",
    "confirm",
    "decline_offer",
    "empty",
    "empty_left",
    "find",
    "forget",
    "hold",
    "import_offices",
    "join_waiting_list",
    "leave_waiting_list",
    "mark",
    "move",
    "move_by_link",
    "open_day",
    "pass_on",
    "pass_on_lapsed",
    "release",
    "remind",
    "send_links",
    "tend_waiting_list",
]
