-- Sends the lines of a file as bodies, in turn, for as long as wrk runs. Argument: the file.
dofile("result.lua")

local lines = {}
local sent = 0

function init(args)
  for line in io.lines(args[1]) do
    lines[#lines + 1] = line
  end
end

function request()
  sent = sent + 1
  return wrk.format("POST", nil, nil, lines[(sent - 1) % #lines + 1])
end

function done(summary, latency)
  result(summary, latency)
end
