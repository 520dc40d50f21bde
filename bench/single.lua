-- Single events of about 300 bytes; every 20 share a session. Argument: the run.
dofile("result.lua")

local count = 0
local run = "0"

function init(args)
  run = args[1]
end

function request()
  count = count + 1
  local body = string.format(
    '{"event_name": "product_viewed", "category": "page_view", "session_id": "s-%s-%d", '
      .. '"page_url": "https://shop.example/products/%d", "referrer": "https://www.example.org/search", '
      .. '"properties": {"plan": "professional", "seats": %d, "experiment": "checkout-b"}, '
      .. '"priority": "medium", "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"}',
    run, count / 20, count % 1000, count % 50)
  return wrk.format("POST", nil, nil, body)
end

function done(summary, latency)
  result(summary, latency)
end
