"""The only writer of keys, sessions and second factors."""

from afilia.access.actions.keys import (
    KeyRefusal,
    KeyRefusedError,
    change_key,
    choose_key,
    hand_over_key,
    recover_key,
    set_key,
)
from afilia.access.actions.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    end_second_factor,
    pass_second_factor,
    prove_holder,
)
from afilia.access.actions.sessions import (
    end_other_sessions,
    end_session,
    leave_session,
    open_session,
    sign_out,
    touch_session,
)
from afilia.access.actions.sign_in import sign_in
from afilia.access.actions.tidying import tidy

__all__ = [
    "KeyRefusal",
    "KeyRefusedError",
    "begin_second_factor",
    "change_key",
    "choose_key",
    "confirm_second_factor",
    "end_other_sessions",
    "end_second_factor",
    "end_session",
    "hand_over_key",
    "leave_session",
    "open_session",
    "pass_second_factor",
    "prove_holder",
    "recover_key",
    "set_key",
    "sign_in",
    "sign_out",
    "tidy",
    "touch_session",
]
