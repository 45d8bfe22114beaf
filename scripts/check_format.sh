#!/usr/bin/env bash
# Fails when clang-format would change a C++ file of the project.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
find engine filters plugin gui tests \( -name '*.cpp' -o -name '*.h' -o -name '*.cxx' -o -name '*.cu' \) -print0 |
  xargs -0 clang-format --dry-run -Werror
