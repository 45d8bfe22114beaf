#!/usr/bin/env bash
# Runs a command on an X display of its own, for rendering without a screen: with_display.sh COMMAND …
# The exit code is the command's. (xvfb-run may lose it, and wants xauth.)
set -u
# Left to choose a number, two servers that start together take the same one: neither makes a lock.
number=0
while [[ $number == 0 || -e /tmp/.X11-unix/X$number ]]; do
  number=$((100 + RANDOM))
done
folder=$(mktemp -d)
# Without -noreset the server starts over when its last client leaves, and refuses one that comes meanwhile.
Xvfb ":$number" -displayfd 3 -noreset -screen 0 "${SCREEN_SIZE:-1920x1200}x24" -nolisten tcp \
  3>"$folder/ready" 2>"$folder/log" &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$folder"' EXIT
for _ in {1..600}; do
  [[ -s $folder/ready ]] && break
  kill -0 $server 2>/dev/null || break
  sleep 0.05
done
if [[ ! -s $folder/ready ]]; then
  echo "No X display could be started:" >&2
  cat "$folder/log" >&2
  exit 1
fi
DISPLAY=:$number "$@"
