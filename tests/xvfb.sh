#!/bin/bash
# Runs a command with an X display of its own and hands on its exit code; 77 (skipped) where there is no Xvfb.
if ! command -v Xvfb >/dev/null; then
  echo "skipped: Xvfb is not installed"
  exit 77
fi
folder=$(mktemp -d)
# The server picks a free display and writes its number to file descriptor 3.
Xvfb -displayfd 3 -screen 0 1280x1024x24 -nolisten tcp 3>"$folder/number" >/dev/null 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$folder"' EXIT
for _ in $(seq 200); do
  [ -s "$folder/number" ] && break
  sleep 0.05
done
if [ ! -s "$folder/number" ]; then
  echo "Xvfb did not start within 10 seconds"
  exit 1
fi
DISPLAY=:$(cat "$folder/number") "$@"
