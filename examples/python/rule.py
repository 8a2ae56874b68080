"""Holds whatever carries the number of a payment card."""

import re

from wit_world import exports
from wit_world.imports.types import Action, Assessment, Notes, Reason, Verdict

NUMBER = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")


class Scorer(exports.Scorer):
    def validate_settings(self, settings: str) -> None:
        """There is nothing to set."""

    def score(self, action: Action, history, notes: Notes) -> Assessment:
        for found in NUMBER.finditer(f"{action.summary} {action.payload}"):
            digits = [int(c) for c in found.group() if c.isdigit()]
            if is_card(digits):
                last = "".join(str(digit) for digit in digits[-4:])
                reason = Reason("card-number", f"the number of a card that ends in {last}", [])
                return Assessment(0.9, Verdict.HOLD, [reason], ["card-number"])
        return Assessment(0.0, None, [], [])


def is_card(digits: list[int]) -> bool:
    """Luhn's check: every second digit from the right counts twice."""
    twice = [d * 2 - 9 if d > 4 else d * 2 for d in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(twice)) % 10 == 0
