"""The offices of the demo, from a file as an institution writes it: one a capital, one in a mall."""

from datetime import datetime

from afilia.appointments import actions
from afilia.offices.reading import read
from afilia.ops import demo
from afilia.procedures import catalogue
from afilia.procedures.rules import Channel


def load(*, now: datetime) -> None:
    procedures = [procedure.slug for procedure in catalogue.load().on(Channel.COUNTER)]
    plans, faults = read((demo.HERE / "offices.csv").read_bytes(), procedures=procedures)
    if faults:
        raise ValueError(f"offices.csv: {faults[0]}")
    actions.import_offices(plans=plans, actor="system", now=now, made_up=True)
