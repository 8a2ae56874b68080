"""Holds amounts over a limit."""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports.types import Action, Assessment, Evidence, Notes, Reason, Verdict

limit = 0.0


class Scorer(exports.Scorer):
    def validate_settings(self, settings: str) -> None:
        """Called once, when the plugin is loaded: later calls start from what it leaves."""
        global limit
        limit = json.loads(settings).get("limit")
        if not isinstance(limit, (int, float)):
            raise Err(["`limit` is missing: give a number"])

    def score(self, action: Action, history, notes: Notes) -> Assessment:
        amount = json.loads(action.payload).get("amount")
        if not isinstance(amount, (int, float)) or amount <= limit:
            return Assessment(0.0, None, [], [])  # no verdict: an abstention
        message = f"{amount} is over the limit of {limit}"
        evidence = Evidence(None, "payload.amount", str(amount))
        return Assessment(0.8, Verdict.HOLD, [Reason("over-limit", message, [evidence])], [])
