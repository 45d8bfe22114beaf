#!/usr/bin/env bash
# Sets everything up, builds, and runs the demonstration. See --help.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/steps.sh

usage()
{
  cat <<'END'
Usage: scripts/demo.sh [--output DIR] [--preset NAME] [--seed N]

Trains a FLARE surrogate in ParaView on the finite-element solutions of examples/plates/train, applies it to
the meshes of examples/plates/test, which it has not seen, says how wrong it is, computes the spectrum of
every attention head, and leaves a model file, tables and pictures in a folder. What is missing for that is
installed (see scripts/setup.sh --help) and built first. Run again, it does only what is missing: a model
that was trained on the same data with the same settings is read, not trained again.

  --output DIR    folder for the results and the log, demo.log (default: demo-output)
  --preset NAME   "Quick look" (default; 3 minutes of training on two cores) or "Balanced" (30 minutes)
  --seed N        seed of the training (default: 1)
  --help          show this text
END
}

output=demo-output
preset="Quick look"
seed=1
while (($#)); do
  case $1 in
    --help) usage; exit 0 ;;
    --output | --preset | --seed)
      (($# >= 2)) || { usage >&2; exit 2; }
      declare "${1#--}=$2"
      shift 2
      ;;
    *) usage >&2; exit 2 ;;
  esac
done
case $preset in
  "Quick look") training=180 ;;
  "Balanced") training=1800 ;;
  *) echo "There is no preset \"$preset\". There are: \"Quick look\", \"Balanced\"." >&2; exit 2 ;;
esac
if ! [[ $seed =~ ^[0-9]+$ ]]; then
  echo "The seed must be a whole number, not \"$seed\"." >&2
  exit 2
fi
mkdir -p "$output" || exit 1
log=$output/demo.log
: >"$log" || exit 1

give_up()
{
  show_end_of_log
  exit 1
}

plugin=build/cpu/lib/paraview-5.11/plugins/ParaFLARE/ParaFLARE.so
build_options=()
[[ -f build/cpu/build.ninja ]] || build_options=(-DBUILD_TESTING=OFF)

scripts/setup.sh --check && setup=2 || setup=170
[[ -f $plugin ]] && build=5 || build=180
[[ -f $output/plates.safetensors ]] && training=2
plan $setup "Installing what is missing: Debian packages, LibTorch"
plan $build "Building ParaFLARE"
plan $((training + 30)) "Training and applying the surrogate in ParaView"

begin
quietly scripts/setup.sh || give_up
finish
begin
quietly scripts/build.sh "${build_options[@]}" || give_up
finish
begin
# Into a pipe, pvpython writes at its end only, unless told so.
loudly env PYTHONUNBUFFERED=1 scripts/with_display.sh /usr/bin/pvpython scripts/demo.py --plugin "$plugin" --output "$output" \
  --preset "$preset" --seed "$seed" || exit 1
finish
say "The results are in $output. Total time: $(duration $((SECONDS - run_started)))."
