"""A person, or what speaks for one: sees what waits, and answers it."""

import json
import os
import time
import urllib.request

URL = os.environ["COLDNOTCH_URL"]
HEADERS = {"Authorization": "Bearer " + os.environ["COLDNOTCH_KEY"],
           "Content-Type": "application/json"}


def call(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data=data, headers=HEADERS)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


while not (waiting := call("/v1/approvals?state=pending")["approvals"]):
    time.sleep(0.1)
for approval in waiting:
    # The digest says that the answer is about exactly what was shown.
    answer = {"approve": False, "reason": "not asked for", "digest": approval["action_digest"]}
    taken = call(f"/v1/approvals/{approval['id']}/decision", answer)
    print(f"{approval['action']['type']}: {taken['state']} by {taken['by']}")
