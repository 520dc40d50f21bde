-- Sends every line of a file as one body, once, and says FINISHED; FAILED is followed by an answer that is not as it
-- should be. Arguments: the file, its lines.
dofile("result.lua")

local file, lines
local sent, answered = 0, 0
local asked = false

function init(args)
  file = assert(io.open(args[1], "r"))
  lines = tonumber(args[2])
end

function request()
  -- wrk calls this once before the first request, to look at it; and again after the last, while answers are due.
  if not asked or sent == lines then
    asked = true
    return wrk.format("GET", "/healthz")
  end
  sent = sent + 1
  return wrk.format("POST", nil, nil, file:read("*l"))
end

local function say(line)
  io.write(line .. "\n")
  io.flush()
end

function response(status, headers, body)
  local logs = status == 204 -- of a proxy: the answer has no body
  local batch = logs or body:find('"events_received"', 1, true)
  if not logs and (status ~= 200 or (batch and not body:find('"events_failed":0', 1, true))) then
    say("FAILED " .. status .. " " .. body)
    wrk.thread:stop()
  elseif batch then
    answered = answered + 1
    if answered == lines then
      say("FINISHED")
      wrk.thread:stop()
    end
  end
end

function done(summary, latency)
  result(summary, latency)
end
