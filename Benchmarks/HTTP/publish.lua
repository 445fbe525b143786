-- Batches of EVENTS events of about 1 KiB each (defaults: 100), published to /topics/bench.
local count = tonumber(os.getenv("EVENTS") or "100")
local filler = string.rep("abcdefghijklmnopqrstuvwxyz012345", 26)

local function event(n)
  return string.format(
    '{"specversion":"1.0","id":"event-%08d","source":"/bench/http","type":"com.example.bench.v1",'
      .. '"time":"2026-01-02T03:04:05.678901Z","data":{"n":%d,"text":"%s"}}', n, n, filler)
end

local events = {}
for n = 1, count do events[n] = event(n) end

wrk.method = "POST"
wrk.path = "/topics/bench:publish?api-version=2024-06-01"
wrk.headers["Content-Type"] = "application/cloudevents-batch+json; charset=utf-8"
wrk.body = "[" .. table.concat(events, ",") .. "]"

function done(summary, latency, requests)
  local seconds = summary.duration / 1e6
  io.write(string.format(
    "published: %.0f events/s (%.0f requests/s, %.0f MB/s of bodies, p50 %.2f ms, p99 %.2f ms, errors %d)\n",
    summary.requests * count / seconds, summary.requests / seconds,
    summary.requests * #wrk.body / seconds / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status + summary.errors.read + summary.errors.timeout + summary.errors.connect))
end
