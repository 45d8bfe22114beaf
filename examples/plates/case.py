"""One case: hole, load and material drawn at random, and its solution."""

from dataclasses import dataclass

import numpy as np

from elasticity import solve_plate, von_mises
from geometry import Hole, mesh_plate, random_hole, refine

SEED = 20
COUNTS = {"train": 240, "test": 80}
FEWEST_POINTS = 600  # of a mesh


@dataclass(frozen=True)
class Case:
    """Tension and Young's modulus in Pa; element sizes are divided by `refinement`."""

    hole: Hole
    refinement: float
    sigma_x: float
    young: float
    poisson: float

    def edge_stress(self, x, _y):
        return np.multiply.outer((self.sigma_x, 0.0, 0.0), np.ones_like(x))

    def parameters(self):
        return {
            "SigmaX": self.sigma_x,
            "YoungsModulus": self.young,
            "PoissonsRatio": self.poisson,
        }


def random_case(split, number):
    """Every case has its own stream of random numbers, so that any one can be made alone."""
    rng = np.random.default_rng([SEED, list(COUNTS).index(split), number])
    return Case(
        sigma_x=rng.uniform(50e6, 150e6),
        young=log_uniform(rng, 50e9, 200e9),
        poisson=rng.uniform(0.2, 0.4),
        refinement=1.05 * (1 + rng.pareto(12)),  # few much finer than most
        hole=random_hole(rng),
    )


def log_uniform(rng, low, high):
    return np.exp(rng.uniform(np.log(low), np.log(high)))


def mesh_case(case):
    """Points and triangles, refined beyond the drawn refinement if the points are too few."""
    refinement = case.refinement
    while True:
        points, triangles = mesh_plate(case.hole, refinement)
        if len(points) >= FEWEST_POINTS:
            return points, triangles
        refinement *= 1.05


def solve_case(case, points, triangles, level):
    """Displacement (n, 2) and von Mises stress (n) at the given mesh's points."""
    mesh = refine(points, triangles, case.hole, level)
    displacement, stress = solve_plate(mesh, case.young, case.poisson, case.edge_stress)
    given = slice(len(points))
    return displacement[:, given].T, von_mises(stress[:, given])
