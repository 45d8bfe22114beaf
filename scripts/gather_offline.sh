#!/usr/bin/env bash
# Gathers what the engine is built from, LibTorch excepted, in .deps/offline, for a machine without package registries.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if (($#)); then
  cat <<'END'
Usage: scripts/gather_offline.sh

Fetches the Debian packages that the engine and its tests are built from, and unpacks them in .deps/offline (15 MB).
Copy the project with that folder to a machine that has CUDA, CMake and PyTorch 2.11 but no registries; there
`cmake --preset cuda-engine && cmake --build --preset cuda-engine` builds the engine, its tests and its benchmarks.
END
  [[ $* == --help ]] && exit 0
  exit 2
fi

packages=(nlohmann-json3-dev libcli11-dev libyaml-cpp-dev libyaml-cpp0.7 libxxhash-dev libxxhash0
  libhwy-dev libhwy1 libgtest-dev libgmock-dev googletest)
fetched=$(mktemp -d)
trap 'rm -rf "$fetched"' EXIT
(cd "$fetched" && apt-get download "${packages[@]}")
rm -rf .deps/offline
mkdir -p .deps/offline
for package in "$fetched"/*.deb; do
  dpkg-deb --extract "$package" .deps/offline
done
rm -rf .deps/offline/usr/share/doc .deps/offline/usr/src
