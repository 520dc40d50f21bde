-- Reports of the tracker, of some 50,000 addresses behind a proxy and 300 agents. Arguments: the run, the site key.
dofile("result.lua")

local count = 0
local key = ""

function init(args)
  key = args[2]
end

function request()
  count = count + 1
  local visitor = (count * 7919) % 50000
  local body = string.format(
    '{"k": "%s", "t": "pageview", "u": "https://shop.example/products/%d?utm_source=news&session=%d", '
      .. '"r": "https://www.example.org/search", "ti": "Product %d", "w": 1536, "l": "en-GB"}',
    key, count % 1000, count, count % 1000)
  local headers = {
    ["Content-Type"] = "text/plain",
    ["Origin"] = "https://shop.example",
    ["X-Forwarded-For"] = string.format("81.%d.%d.9", math.floor(visitor / 250), visitor % 250),
    ["User-Agent"] = string.format("Mozilla/5.0 (X11; Linux x86_64; rv:%d.0) Gecko/20100101 Firefox/%d.%d",
      100 + visitor % 30, 100 + visitor % 30, visitor % 10),
  }
  return wrk.format("POST", nil, headers, body)
end

function done(summary, latency)
  result(summary, latency)
end
