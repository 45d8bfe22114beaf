"""How far the solutions are from finer ones, and from a closed form."""

import numpy as np

from case import mesh_case, solve_case
from elasticity import solve_plate, von_mises
from geometry import SIDE, Hole, mesh_plate, refine


class HoleInInfinitePlate:
    """Closed form for one elliptical hole under remote tension: Kirsch's and Inglis' problems.

    Muskhelishvili's potentials phi and psi over the outside of the unit circle, which
    z = R (zeta + m / zeta) maps to the outside of the ellipse. The edge is free where
    phi + z conj(phi' / z') + conj(psi) = 0, which gives psi from phi.
    `direction` is the angle of the tension to the major axis. The method: N. I. Muskhelishvili,
    Some Basic Problems of the Mathematical Theory of Elasticity.
    """

    def __init__(self, hole, tension, direction, young, poisson):
        self.hole = hole
        self.tension = tension
        self.radius = (hole.a + hole.b) / 2
        self.m = (hole.a - hole.b) / (hole.a + hole.b)
        self.c = 2 * np.exp(2j * direction) - self.m
        self.shear = young / (2 * (1 + poisson))
        self.kappa = (3 - poisson) / (1 + poisson)  # of plane stress

    def stress(self, x, y):
        """Stress xx, yy, xy in the plate's axes."""
        z, zeta = self.map(x, y)
        r, m = self.radius, self.m
        slope, potential, derivative = self.phi_over_z(zeta)
        edge = r * (1 / zeta + m * zeta)
        edge_slope = r * (m - 1 / zeta**2)
        psi_slope = (
            -self.tension * r / 4 * (np.conj(self.c) - 1 / zeta**2)
            - edge_slope * potential
            - edge * derivative
        )
        total = 4 * potential.real
        deviator = 2 * (np.conj(z) * derivative + psi_slope) / slope
        deviator = deviator * np.exp(-2j * self.hole.angle)
        return (total - deviator.real) / 2, (total + deviator.real) / 2, deviator.imag / 2

    def displacement(self, x, y):
        z, zeta = self.map(x, y)
        r = self.radius
        _, potential, _ = self.phi_over_z(zeta)
        phi = self.tension * r / 4 * (zeta + self.c / zeta)
        psi = (
            -self.tension * r / 4 * (1 / zeta + np.conj(self.c) * zeta)
            - r * (1 / zeta + self.m * zeta) * potential
        )
        u = (self.kappa * phi - z * np.conj(potential) - np.conj(psi)) / (2 * self.shear)
        u = u * np.exp(1j * self.hole.angle)
        return np.stack((u.real, u.imag))

    def map(self, x, y):
        z = (x - self.hole.x + 1j * (y - self.hole.y)) * np.exp(-1j * self.hole.angle)
        focus = 2 * self.radius * np.sqrt(self.m)
        return z, (z + np.sqrt(z - focus) * np.sqrt(z + focus)) / (2 * self.radius)

    def phi_over_z(self, zeta):
        """z', phi' / z' and the latter's derivative, all by zeta."""
        r, m, c = self.radius, self.m, self.c
        slope = r * (1 - m / zeta**2)
        phi_slope = self.tension * r / 4 * (1 - c / zeta**2)
        second = self.tension * r / 2 * c / zeta**3
        derivative = (second - phi_slope / slope * 2 * r * m / zeta**3) / slope
        return slope, phi_slope / slope, derivative


def compare_with_closed_form():
    """The plate cut out of the infinite one: the closed form's tractions load its edges."""
    young, poisson, tension = 100e9, 0.3, 50e6
    circle = Hole(0.05, 0.05, 0.010, 0.010, 0.0)
    ellipse = Hole(0.045, 0.055, 0.014, 0.007, 0.6)
    print("closed form           level  displacement  von Mises  max at hole  peak / tension")
    for name, hole in ("Kirsch, circle", circle), ("Inglis, ellipse 2:1", ellipse):
        exact = HoleInInfinitePlate(hole, tension, np.pi / 2, young, poisson)
        points, triangles = mesh_plate(hole, 1.0)
        on_hole = on_edge(points, hole)
        solution = hold(exact.displacement(*points.T), points).T, von_mises(exact.stress(*points.T))
        for level in range(3):
            mesh = refine(points, triangles, hole, level)
            u, stress = solve_plate(mesh, young, poisson, exact.stress)
            found = u[:, : len(points)].T, von_mises(stress[:, : len(points)])
            report(name, level, found, solution, on_hole, tension)
        print(f"{name:<45}exact peak {1 + 2 * hole.a / hole.b:20.4f}")


def hold(displacement, points):
    """Removes the rigid motion as the finite-element solution does."""
    left, right = np.hypot(*points.T).argmin(), np.hypot(*(points - [SIDE, 0]).T).argmin()
    x, y = points.T
    u, v = displacement - displacement[:, [left]]
    rotation = v[right] / SIDE
    return np.stack((u + rotation * y, v - rotation * x))


def compare_with_finer(name, case):
    """Levels 0 to 2 by level 3."""
    print("level 3               level  displacement  von Mises  max at hole  peak / tension")
    points, triangles = mesh_case(case)
    on_hole = on_edge(points, case.hole)
    finest = solve_case(case, points, triangles, 3)
    for level in range(3):
        found = solve_case(case, points, triangles, level)
        report(name, level, found, finest, on_hole, case.sigma_x)
    print(f"{name:<45}peak on level 3 {finest[1][on_hole].max() / case.sigma_x:15.4f}")


def own_error(cases, level):
    """Errors of the solutions of one level by the next one: mean and worst case."""
    errors = []
    for case in cases:
        points, triangles = mesh_case(case)
        found, finer = (solve_case(case, points, triangles, k) for k in (level, level + 1))
        errors.append([relative_error(*pair) for pair in zip(found, finer)])
    for name, of_field in zip(("displacement", "von Mises"), np.transpose(errors)):
        print(f"{name}: mean {of_field.mean():.1e}, worst {of_field.max():.1e}")


def relative_error(values, reference):
    return np.linalg.norm(values - reference) / np.linalg.norm(reference)


def on_edge(points, hole):
    return np.abs(np.linalg.norm(hole.to_unit_circle(points), axis=1) - 1) < 1e-6


def report(name, level, found, reference, on_hole, tension):
    """Relative L2 errors over the vertices; the greatest error on the hole, by the peak stress."""
    mises, reference_mises = found[1], reference[1]
    greatest = np.abs(mises - reference_mises)[on_hole].max() / reference_mises.max()
    print(
        f"{name:<20}{level:7}"
        f"{relative_error(found[0], reference[0]):14.1e}"
        f"{relative_error(mises, reference_mises):11.2%}"
        f"{greatest:13.2%}"
        f"{mises[on_hole].max() / tension:16.4f}",
        flush=True,
    )
