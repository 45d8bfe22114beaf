#!/usr/bin/env bash
# Installs what ParaFLARE needs and is missing. See --help.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/gpu.sh

usage()
{
  cat <<'END'
Usage: scripts/setup.sh [--tests] [--check]

Installs what ParaFLARE needs to be built and used on Debian 12 (x86_64), as far as it is missing:
  - Debian packages: compiler, ParaView 5.11 and its headers, small libraries (root is needed for these);
  - LibTorch 2.11.0 from its Python wheel, with the libraries of NVIDIA that its CPU part is linked to, in
    the folder .deps/ (0.6 GB to download, 1.25 GB on the disk). Where nvidia-smi finds a GPU, also
    what LibTorch's CUDA part loads (2 GB to download, 3.5 GB on the disk), and a CUDA compiler unless the toolkit
    is there. Versions and hashes: requirements/.

  --tests   also what scripts/test.sh needs: GoogleTest, clang-format, PyTorch for comparison, …
  --check   install nothing; exit code 0 when nothing is missing, 1 otherwise
  --help    show this text

Without root, or on another distribution, it names the packages that are missing and stops.
END
}

tests=no
check=no
for argument in "$@"; do
  case $argument in
    --tests) tests=yes ;;
    --check) check=yes ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

# paraview-dev's CMake files need the Qt, MPI and double-conversion headers, whatever is built.
packages=(
  g++ cmake ninja-build ccache pkg-config
  paraview paraview-dev python3-paraview
  qtbase5-dev qttools5-dev libqt5svg5-dev libqt5opengl5-dev libopenmpi-dev libdouble-conversion-dev
  nlohmann-json3-dev libcli11-dev libyaml-cpp-dev libxxhash-dev libhwy-dev
  python3-pip xvfb
)
wheels=(cpu)
if [[ $tests == yes ]] || nvidia-smi >/dev/null 2>&1; then
  wheels+=(cuda)
fi
if has_gpu && ! has_toolkit; then
  wheels+=(nvcc)
fi
if [[ $tests == yes ]]; then
  packages+=(libgtest-dev libgmock-dev clang-format openmpi-bin python3-scipy python3-markdown-it imagemagick)
  wheels+=(test)
fi

missing_packages()
{
  local package
  for package in "${packages[@]}"; do
    if [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then
      echo "$package"
    fi
  done
}

python=.deps/venv/bin/python
wheels_job=
wheels_installed()
{
  [[ -x $python ]] && "$python" - "${wheels[@]/%/.txt}" <<'END'
import importlib.metadata, pathlib, re, sys

installed = {(d.metadata["Name"], d.version) for d in importlib.metadata.distributions()}
for name in sys.argv[1:]:
    pins = pathlib.Path("requirements", name).read_text()
    if not installed.issuperset(re.findall(r"^([\w.-]+)==(\S+)", pins, re.M)):
        sys.exit(1)
END
}

install_packages()
{
  local missing=("$@") system="another system"
  [[ -r /etc/os-release ]] && system=$(. /etc/os-release && echo "${PRETTY_NAME:-$ID} ${ID:-}-${VERSION_ID:-}")
  if [[ $system != *" debian-12" ]]; then
    echo "ParaFLARE is set up by itself on Debian 12 only; this is ${system% *}."
    echo "These packages are missing (names of Debian 12):"
    echo "  ${missing[*]}"
    exit 1
  fi
  if [[ $(id -u) != 0 ]]; then
    echo "Packages are missing, and only root can install them. Please run:"
    echo "  sudo apt-get install --no-install-recommends ${missing[*]}"
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  # First what the wheels need, which are then fetched while the rest is unpacked.
  apt-get install -y --no-install-recommends python3-pip
  if ! wheels_installed; then
    install_wheels &
    wheels_job=$!
  fi
  # Without a flush after every file, which takes most of the time on slow disks. After a power cut meanwhile,
  # the packages must be installed again.
  apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io "${missing[@]}"
  if [[ -n $wheels_job ]]; then
    wait "$wheels_job"
  fi
}

install_wheels()
{
  if [[ $(uname -m) != x86_64 ]]; then
    echo "requirements/ pins LibTorch for x86_64; this machine is $(uname -m)."
    exit 1
  fi
  # The venv needs no pip of its own, and so no python3-venv. It sees Debian's NumPy and SciPy.
  [[ -x $python ]] || /usr/bin/python3 -m venv --without-pip --system-site-packages .deps/venv
  local wheel options=()
  for wheel in "${wheels[@]}"; do
    options+=(-r "requirements/$wheel.txt")
  done
  /usr/bin/python3 -m pip --python "$python" install --disable-pip-version-check --no-cache-dir \
    --no-deps --require-hashes "${options[@]}"
}

mapfile -t missing < <(missing_packages)
if [[ $check == yes ]]; then
  if ((${#missing[@]})) || ! wheels_installed; then
    exit 1
  fi
  exit 0
fi
if ((${#missing[@]})); then
  install_packages "${missing[@]}"
fi
if ! wheels_installed; then
  install_wheels
fi
echo "Everything that is needed is installed."
