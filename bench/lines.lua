-- Sends the lines of a file as bodies, in turn, for as long as wrk runs. Arguments: the file; names and values of headers.
dofile("result.lua")

local lines = {}
local headers = {}
local sent = 0

function init(args)
  for line in io.lines(args[1]) do
    lines[#lines + 1] = line
  end
  for place = 2, #args, 2 do
    headers[args[place]] = args[place + 1]
  end
end

function request()
  sent = sent + 1
  return wrk.format("POST", nil, headers, lines[(sent - 1) % #lines + 1])
end

function done(summary, latency)
  result(summary, latency)
end
