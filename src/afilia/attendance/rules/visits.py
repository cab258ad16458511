"""What becomes of a person at an office, from arrival to the end of the day."""

from enum import StrEnum


class State(StrEnum):
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    ABSENT = "absent"  # did not come when called; may come back
    ATTENDED = "attended"
    NO_SHOW = "no-show"  # absent until the end of the day
    UNATTENDED = "unattended"  # still waiting at the end of the day


class Step(StrEnum):
    CALL = "call"
    CALL_AGAIN = "call-again"
    PUT_BACK = "put-back"  # called by mistake, or left at a counter by its official
    START = "start"
    ABSENT = "absent"
    RETURN = "return"
    TRANSFER = "transfer"
    ATTEND = "attend"
    CLOSE = "close"  # the day is over


AT_A_COUNTER = frozenset({State.CALLED, State.SERVING})
OPEN = frozenset({State.WAITING, State.ABSENT}) | AT_A_COUNTER

STEPS: dict[tuple[State, Step], State] = {
    (State.WAITING, Step.CALL): State.CALLED,
    (State.CALLED, Step.CALL_AGAIN): State.CALLED,
    (State.CALLED, Step.PUT_BACK): State.WAITING,
    (State.CALLED, Step.START): State.SERVING,
    (State.CALLED, Step.ABSENT): State.ABSENT,
    (State.ABSENT, Step.RETURN): State.WAITING,
    (State.SERVING, Step.PUT_BACK): State.WAITING,
    (State.SERVING, Step.TRANSFER): State.WAITING,
    (State.SERVING, Step.ATTEND): State.ATTENDED,
    (State.WAITING, Step.CLOSE): State.UNATTENDED,
    (State.CALLED, Step.CLOSE): State.NO_SHOW,
    (State.ABSENT, Step.CLOSE): State.NO_SHOW,
    (State.SERVING, Step.CLOSE): State.ATTENDED,
}


def after(state: State, step: Step) -> State | None:
    """The state after a step; None where the step is not possible."""
    return STEPS.get((state, step))
