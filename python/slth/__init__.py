"""Strong lottery tickets: a random network, pruned down to yours, with a proof of how close it is.

>>> import slth
>>> run = slth.run("tiny")
>>> run.holds
True
>>> ticket = run.ticket()
>>> ticket.layers[0].z_in.dtype
dtype('float64')
"""

from __future__ import annotations

from . import _slth
from .calls import bounds, check, compare, edge_popup, rewind, run, train
from .inputs import Ball, Box, Points, Signs
from .lanes import Certificate
from .network import Data, Network
from .progress import Progress
from .results import Bounds, Check, Comparison, Learned, Run, Targets
from .shares import CheckShare, RunShare, merge
from .ticket import LearnedTicket, Ticket, TicketLayer


def methods() -> list[str]:
    """The ids of all constructions."""
    return [method for method, _ in _slth.methods()]


def presets() -> list[str]:
    """The names of the built-in presets."""
    return _slth.preset_names()


__all__ = [
    "Ball",
    "Bounds",
    "Box",
    "Certificate",
    "Check",
    "CheckShare",
    "Comparison",
    "Data",
    "Learned",
    "LearnedTicket",
    "Network",
    "Points",
    "Progress",
    "Run",
    "RunShare",
    "Signs",
    "Targets",
    "Ticket",
    "TicketLayer",
    "bounds",
    "check",
    "compare",
    "edge_popup",
    "merge",
    "methods",
    "presets",
    "rewind",
    "run",
    "train",
]
