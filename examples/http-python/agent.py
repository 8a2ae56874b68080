"""Asks Coldnotch before each tool call, with nothing but the standard library."""

import json
import os
import urllib.error
import urllib.request

URL = os.environ["COLDNOTCH_URL"]
KEY = os.environ["COLDNOTCH_KEY"]


def call(path, body=None):
    """One request; a body makes it a POST. Answers that are refusals say why."""
    request = urllib.request.Request(URL + path, headers={"Authorization": "Bearer " + KEY})
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        raise RuntimeError(json.load(refusal)["detail"]) from None


class Session:
    """One run of an agent. The ids name its calls, so that a retry is no second one."""

    def __init__(self, session, intent):
        self.common = {"agent": "office-bot", "session": session, "intent": intent}
        self.calls = 0

    def run(self, tool, summary, **payload):
        """Runs a tool if it may: `approved` is the only word that counts."""
        self.calls += 1
        action = {"type": tool.__name__, "summary": summary, "payload": payload,
                  "id": str(self.calls), **self.common}
        decision = call("/v1/decide", action)
        if decision["approved"] is None:
            print(f"{tool.__name__}: a person is asked: {decision['reason']}")
            approval = decision["approval_id"]
            while decision["approved"] is None:  # each waits for up to a minute
                decision = call(f"/v1/approvals/{approval}/decision?wait_ms=60000")
        if not decision["approved"]:
            print(f"{tool.__name__}: not run: {decision['reason']}")
            return None
        output = tool(**payload)
        call("/v1/observe", {"session": self.common["session"], "id": action["id"],
                             "output": json.dumps(output), "succeeded": True})
        print(f"{tool.__name__}: {output}")
        return output


def list_invoices():
    return [{"number": 88, "amount": 90, "iban": "PT52003506510002345678954"}]


def create_payment(iban, amount):
    return "paid"


agent = Session("run-1", "List the open invoices.")
invoice = agent.run(list_invoices, "Open invoices")[0]
agent.run(create_payment, "Settle invoice 88", iban=invoice["iban"], amount=invoice["amount"])
