-- The same mail as calls of sessions, each with an id of its own: fifty a session.
local threads, count = {}, 0
function setup(thread)
    thread:set("number", #threads)
    table.insert(threads, thread)
end
function init() others, count = 0, 0 end
function request()
    count = count + 1
    local session = string.format("t%d-%d-%d", number, os.time() % 100000, math.floor(count / 50))
    local body = string.format('{"type":"send_email","agent":"support-bot","session":"%s","id":"%d",' ..
        '"summary":"Your appointment is confirmed for Tuesday",' ..
        '"payload":{"to":"ana@example.com","subject":"Appointment","body":"See you on Tuesday at ten."}}',
        session, count)
    return wrk.format("POST", nil, {["Content-Type"] = "application/json"}, body)
end
function response(status) if status ~= 200 then others = others + 1 end end
function done(_, latency)
    local sum = 0
    for _, thread in ipairs(threads) do sum = sum + thread:get("others") end
    print("answers that are not 200: " .. sum)
    for _, part in ipairs({50, 95, 99}) do
        print(string.format("p%d %.2f ms", part, latency:percentile(part) / 1000))
    end
end
