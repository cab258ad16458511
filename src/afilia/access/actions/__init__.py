"""The only writer of keys, sessions and second factors."""

from afilia.access.actions.accountants import (
    FOR_KEY,
    OtherNamesError,
    begin_new_key,
    confirm_identity,
    open_account,
    renew_key,
)
from afilia.access.actions.accountants import judge_code as judge_key_code
from afilia.access.actions.helping import (
    accept,
    change_access,
    end_access,
    give_back,
    invite,
    invite_again,
    work_for,
)
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
    renew_recovery_codes,
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
    "FOR_KEY",
    "KeyRefusal",
    "KeyRefusedError",
    "OtherNamesError",
    "accept",
    "begin_new_key",
    "begin_second_factor",
    "change_access",
    "change_key",
    "choose_key",
    "confirm_identity",
    "confirm_second_factor",
    "end_access",
    "end_other_sessions",
    "end_second_factor",
    "end_session",
    "give_back",
    "hand_over_key",
    "invite",
    "invite_again",
    "judge_key_code",
    "leave_session",
    "open_account",
    "open_session",
    "pass_second_factor",
    "prove_holder",
    "recover_key",
    "renew_key",
    "renew_recovery_codes",
    "set_key",
    "sign_in",
    "sign_out",
    "tidy",
    "touch_session",
    "work_for",
]
