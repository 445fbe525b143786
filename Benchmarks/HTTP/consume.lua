-- Each thread has one connection: it receives up to 100 events, acknowledges them, and begins again.
local path = "/topics/bench/eventsubscriptions/reader"
local tokens = nil
acknowledged = 0
local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
  thread:set("acknowledged", 0)
end

function request()
  if tokens then
    local body = '{"lockTokens":["' .. table.concat(tokens, '","') .. '"]}'
    return wrk.format("POST", path .. ":acknowledge?api-version=2024-06-01", {["Content-Type"] = "application/json"}, body)
  end
  return wrk.format("POST", path .. ":receive?api-version=2024-06-01&maxEvents=100&maxWaitTime=0")
end

function response(status, headers, body)
  if tokens then
    acknowledged = acknowledged + #tokens
    tokens = nil
  else
    local found = {}
    for token in string.gmatch(body, '"lockToken":"([^"]+)"') do found[#found + 1] = token end
    if #found > 0 then tokens = found end
  end
end

function done(summary, latency, requests)
  local total = 0
  for _, thread in ipairs(threads) do total = total + thread:get("acknowledged") end
  io.write(string.format("received and acknowledged: %.0f events/s\n", total / (summary.duration / 1e6)))
end
