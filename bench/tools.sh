#!/usr/bin/env bash
# The load generator and the log analyser that the benchmarks compare with, from the distribution's packages.
set -euo pipefail
missing=()
for tool in wrk goaccess; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done
if ((${#missing[@]})); then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi
