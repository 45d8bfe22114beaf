"""Makes the plates: linear-elastic solutions of square plates with a hole under tension.

A case is drawn (case.py), meshed (geometry.py), solved with quadratic elements on a refined mesh
that follows the curved edge (elasticity.py), and written at the points of the coarse mesh
(vtu.py). Level k is k uniform refinements of that mesh and one more around the hole; the shipped
files are solved on level 1. `generate.py --convergence` prints this study (verification.py):
relative L2 errors over the shipped points, the greatest von Mises error on the hole's edge by the
peak, and that peak.

By closed forms, for a hole across the tension:

                          level  displacement  von Mises  max at hole  peak / tension
    Kirsch, circle            0       3.2e-05      0.35%        0.45%          2.9898
                              1       4.1e-06      0.13%        0.12%          2.9973
                              2       5.8e-07      0.04%        0.03%          2.9993
                          exact                                                3.0000
    Inglis, ellipse 2:1       0       4.0e-05      0.52%        0.87%          4.9573
                              1       5.5e-06      0.19%        0.21%          4.9893
                              2       7.6e-07      0.07%        0.06%          4.9972
                          exact                                                5.0000
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from case import COUNTS, mesh_case, random_case, solve_case
from verification import compare_with_closed_form, compare_with_finer, own_error, relative_error
from vtu import read_case, write_case

HERE = Path(__file__).resolve().parent
LEVEL = 1  # uniform refinements of the shipped mesh for the solution
STUDIED = ("train", 4)


def make_case(path, case):
    points, triangles = mesh_case(case)
    displacement, mises = solve_case(case, points, triangles, LEVEL)
    fields = {"displacement": displacement, "von_mises": mises}
    write_case(path, points, triangles, fields, case.parameters())


def generate(folder, selected):
    for split in COUNTS:
        (folder / split).mkdir(exist_ok=True)
    for done, (split, number) in enumerate(selected, start=1):
        make_case(folder / file_name(split, number), random_case(split, number))
        print(f"\r{done} of {len(selected)}", end="", file=sys.stderr)
    print(file=sys.stderr)


def file_name(split, number):
    return f"{split}/plate_{number:03d}.vtu"


def select(count):
    """Split and number of `count` cases, spread evenly over all of them."""
    everything = [(split, number) for split, cases in COUNTS.items() for number in range(cases)]
    return [everything[i] for i in np.linspace(0, len(everything) - 1, count).round().astype(int)]


def check(selected):
    """Makes cases again and compares them with the shipped files."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder), selected)
        names = [file_name(*case) for case in selected]
        differences = [d for name in names for d in compare(Path(folder), name)]
    print("\n".join(differences) or f"{len(names)} cases agree")
    return not differences


def compare(folder, name):
    """Says what differs: points and connectivity must be equal, fields within 1e-6 (relative)."""
    points, triangles, fields, parameters = read_case(folder / name)
    shipped_points, shipped_triangles, shipped_fields, shipped_parameters = read_case(HERE / name)
    if not np.array_equal(points, shipped_points):
        return [f"{name}: points"]
    if not np.array_equal(triangles, shipped_triangles):
        return [f"{name}: triangles"]
    if parameters != shipped_parameters:
        return [f"{name}: parameters"]
    return [
        f"{name}: {field}"
        for field, values in fields.items()
        if not relative_error(values, shipped_fields[field]) <= 1e-6
    ]


def convergence():
    compare_with_closed_form()
    print()
    compare_with_finer("{} {}".format(*STUDIED), random_case(*STUDIED))
    sample = select(10)
    print(f"\n{len(sample)} cases on level {LEVEL}, errors by level {LEVEL + 1}")
    own_error([random_case(*case) for case in sample], LEVEL)


def summary():
    """Counts, ranges, and how bad a guess the mean of all training points is."""
    shipped = {split: [] for split in COUNTS}
    for split, number in select(sum(COUNTS.values())):
        shipped[split].append(read_case(HERE / file_name(split, number)))
    for split, cases in shipped.items():
        sizes = [len(points) for points, *_ in cases]
        print(f"{split}: {len(cases)} cases, {min(sizes)} to {max(sizes)} points")
    everything = [case for cases in shipped.values() for case in cases]
    for name in everything[0][3]:
        values = [parameters[name] for *_, parameters in everything]
        print(f"{name}: {min(values):.3g} to {max(values):.3g}")
    for name in everything[0][2]:
        peaks = [np.abs(fields[name]).max() for _, _, fields, _ in everything]
        training = np.concatenate([fields[name] for _, _, fields, _ in shipped["train"]])
        mean = training.mean(axis=0, dtype=np.float64)
        errors = [relative_error(mean, fields[name]) for _, _, fields, _ in shipped["test"]]
        print(f"{name}: largest in a case {min(peaks):.3g} to {max(peaks):.3g}")
        print(f"{name}: relative error of the training mean {np.mean(errors):.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the shipped files")
    parser.add_argument(
        "--cases", type=int, default=sum(COUNTS.values()), help="only so many, spread evenly"
    )
    parser.add_argument("--convergence", action="store_true", help="print the study above")
    parser.add_argument("--summary", action="store_true", help="print what the files hold")
    options = parser.parse_args()
    selected = select(options.cases)
    if options.check:
        sys.exit(not check(selected))
    elif options.convergence:
        convergence()
    elif options.summary:
        summary()
    else:
        generate(HERE, selected)


if __name__ == "__main__":
    main()
