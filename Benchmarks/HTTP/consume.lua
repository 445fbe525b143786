-- Each thread has one connection: it receives up to 100 events, acknowledges them, and begins again. Counted is what the
-- server says was acknowledged.
local path = "/topics/bench/eventsubscriptions/reader"
local tokens = nil
acknowledged = 0
refused = 0
local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

function request()
  if tokens then
    local body = '{"lockTokens":["' .. table.concat(tokens, '","') .. '"]}'
    return wrk.format("POST", path .. ":acknowledge?api-version=2024-06-01", {["Content-Type"] = "application/json"}, body)
  end
  return wrk.format("POST", path .. ":receive?api-version=2024-06-01&maxEvents=100&maxWaitTime=0")
end

function response(status, headers, body)
  if status ~= 200 then
    refused = refused + 1
    tokens = nil
  elseif tokens then
    local _, failed = string.gsub(body, '"lockToken"', "")
    acknowledged = acknowledged + #tokens - failed
    refused = refused + failed
    tokens = nil
  else
    local found = {}
    for token in string.gmatch(body, '"lockToken":"([^"]+)"') do found[#found + 1] = token end
    if #found > 0 then tokens = found end
  end
end

function done(summary, latency, requests)
  local total, bad = 0, 0
  for _, thread in ipairs(threads) do
    total = total + thread:get("acknowledged")
    bad = bad + thread:get("refused")
  end
  io.write(string.format("received and acknowledged: %.0f events/s (refused %d)\n", total / (summary.duration / 1e6), bad))
end
