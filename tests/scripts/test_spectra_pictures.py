"""Runs scripts/spectra_pictures.py on models that are hardly trained, and compares its pictures with the guide's."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from vtkmodules.vtkIOImage import vtkPNGReader

PROJECT = Path(__file__).resolve().parents[2]
PLUGIN = sys.argv[1]
HARDLY = ["--epochs", "2", "--cases", "6", "--plates", "2"]


def colours(picture):
    reader = vtkPNGReader()
    reader.SetFileName(str(picture))
    reader.Update()
    image = reader.GetOutput()
    width, height, _ = image.GetDimensions()
    places = [(x, y) for x in range(0, width, width // 40) for y in range(0, height, height // 40)]
    return {tuple(image.GetScalarComponentAsDouble(x, y, 0, c) for c in range(3)) for x, y in places}


with tempfile.TemporaryDirectory() as folder:
    command = ["/usr/bin/pvpython", "scripts/spectra_pictures.py", "--plugin", PLUGIN, "--output", folder, *HARDLY]
    done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    made = {picture.name: len(colours(picture)) for picture in Path(folder).glob("spectra_*.png")}

for seed in (1, 2):
    assert f"plates_seed_{seed}.safetensors on 2 test plates" in done.stdout, done.stdout
heads = re.findall(r"^  block (\d), head (\d): effective rank ([\d.]+) \(.*\), second eigenvalue", done.stdout, re.M)
assert [(block, head) for block, head, _ in heads] == [(b, h) for _ in range(2) for b in "0123" for h in "0123"], heads
assert all(1 <= float(rank) <= 64 for _, _, rank in heads), heads
errors = [float(error) for error in re.findall(r"(?:stress|head \d|block \d): (\d\.\d{4})", done.stdout)]
assert len(errors) == 2 * (1 + 4 + 16) and all(0 < error < 2 for error in errors), errors
assert len(set(errors)) > 2, "without a head the error is another one"

# Each picture of the guide is made, with spectra_routes from three; none is blank.
text = (PROJECT / "docs/spectra.md").read_text()
shown = set(re.findall(r"pictures/(spectra_\w+\.png)", text))
routes = {f"spectra_route_{number}.png" for number in (1, 2, 3)}
assert shown - {"spectra_routes.png"} | routes == set(made), (shown, made)
assert all((PROJECT / "docs/pictures" / name).exists() for name in shown), shown
assert all(count >= 3 for count in made.values()), made
