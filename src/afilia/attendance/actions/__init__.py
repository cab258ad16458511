"""The only writers of what happens at an office.

Each takes the row of the office's day first, which is the lock of all that happens there: so no two officials
call the same person, and no number is given twice.
"""

from afilia.attendance.actions.arriving import (
    ArrivalRefusedError,
    change_priority,
    check_in,
    receive_walk_in,
)
from afilia.attendance.actions.calling import (
    CounterRefusedError,
    StepRefusedError,
    attend,
    call_again,
    call_next,
    close_counter,
    free_counter,
    mark_absent,
    open_counter,
    put_back,
    return_to_line,
    start,
    transfer,
)
from afilia.attendance.actions.closing import close_day, close_days_over, forget, rebuild
from afilia.attendance.actions.looking import record_look

__all__ = [
    "ArrivalRefusedError",
    "CounterRefusedError",
    "StepRefusedError",
    "attend",
    "call_again",
    "call_next",
    "change_priority",
    "check_in",
    "close_counter",
    "close_day",
    "close_days_over",
    "forget",
    "free_counter",
    "mark_absent",
    "open_counter",
    "put_back",
    "rebuild",
    "receive_walk_in",
    "record_look",
    "return_to_line",
    "start",
    "transfer",
]
