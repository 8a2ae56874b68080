-- Actions that a person has to answer, and nobody does.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"type":"pay","agent":"office-bot","payload":{"amount":90}}'
