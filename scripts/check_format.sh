#!/usr/bin/env bash
# Fails when clang-format would change a C++ file of the project.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
git ls-files -z '*.cpp' '*.h' '*.cxx' '*.cu' '*.cuh' | xargs -0 clang-format --dry-run -Werror
