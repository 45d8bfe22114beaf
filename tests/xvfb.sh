#!/bin/bash
# Runs a command with an X display of its own and hands on its exit code; 77 (skipped) where there is no Xvfb.
if ! command -v Xvfb >/dev/null; then
  echo "skipped: Xvfb is not installed"
  exit 77
fi
exec "$(dirname "${BASH_SOURCE[0]}")/../scripts/with_display.sh" "$@"
