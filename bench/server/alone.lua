-- A mail of about 200 bytes that stands alone; anything but 200 is counted and shown.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"type":"send_email","agent":"support-bot","summary":"Your appointment is confirmed for Tuesday",' ..
    '"payload":{"to":"ana@example.com","subject":"Appointment","body":"See you on Tuesday at ten."}}'
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init() others = 0 end
function response(status) if status ~= 200 then others = others + 1 end end
function done(_, latency)
    local sum = 0
    for _, thread in ipairs(threads) do sum = sum + thread:get("others") end
    print("answers that are not 200: " .. sum)
    for _, part in ipairs({50, 95, 99}) do
        print(string.format("p%d %.2f ms", part, latency:percentile(part) / 1000))
    end
end
