"""Blocks texts that have the number of a payment card in them."""

import json
import re

from wit_world import exports
from wit_world.imports.types import Action, Assessment, Evidence, Notes, Reason, Verdict

CARD = re.compile(r"(?:\d[ -]?){15}\d")
fields = ()


def luhn(number: str) -> bool:
    digits = [int(sign) for sign in reversed(number) if sign.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


class Scorer(exports.Scorer):
    def validate_settings(self, settings: str) -> None:
        global fields
        fields = tuple(json.loads(settings).get("fields", ()))

    def score(self, action: Action, history, notes: Notes) -> Assessment:
        payload = json.loads(action.payload)
        for field in fields:
            for found in CARD.findall(str(payload.get(field, ""))):
                if luhn(found):
                    shown = Evidence(None, f"payload.{field}", found[-4:])
                    message = f"`{field}` has a card number that ends in {found[-4:]}"
                    reason = Reason("card-number", message, [shown])
                    return Assessment(0.9, Verdict.BLOCK, [reason], [])
        return Assessment(0.0, None, [], [])
