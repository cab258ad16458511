"""The only writer of officials' accounts, sessions and second factors."""

from afilia.staff.actions.factor import begin_factor, confirm_factor, pass_factor
from afilia.staff.actions.keys import change_key, choose_key
from afilia.staff.actions.sessions import (
    end_other_sessions,
    end_session,
    leave_session,
    open_session,
    sign_out,
    tidy,
)
from afilia.staff.actions.sign_in import sign_in
from afilia.staff.actions.team import (
    MemberExistsError,
    NotGrantedError,
    add_member,
    change_roles,
    end_member,
    reset_member,
)

__all__ = [
    "MemberExistsError",
    "NotGrantedError",
    "add_member",
    "begin_factor",
    "change_key",
    "change_roles",
    "choose_key",
    "confirm_factor",
    "end_member",
    "end_other_sessions",
    "end_session",
    "leave_session",
    "open_session",
    "pass_factor",
    "reset_member",
    "sign_in",
    "sign_out",
    "tidy",
]
