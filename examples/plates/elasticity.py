"""Plane stress on a plate under given edge tractions, by quadratic isoparametric elements."""

import numpy as np
from scipy.sparse.linalg import splu
from skfem import (
    Basis,
    BilinearForm,
    ElementTriP2,
    ElementVector,
    FacetBasis,
    LinearForm,
    asm,
    condense,
    solve,
)
from skfem.helpers import ddot, sym_grad, trace

from geometry import SIDE

QUADRATURE = 6  # exact for the mass matrix on curved elements up to a small remainder


def solve_plate(mesh, young, poisson, edge_stress):
    """Displacement (2, n) and stress xx, yy, xy (3, n) at the vertices of a quadratic mesh.

    `edge_stress(x, y)` gives the three stress components whose tractions load the plate's four
    edges. They are in equilibrium with themselves, so holding three displacements at the lower
    corners removes the rigid motion and causes no reactions.
    """
    shear = young / (2 * (1 + poisson))
    lame = young * poisson / (1 - poisson**2)  # of plane stress

    @BilinearForm
    def stiffness(u, v, _):
        e, d = sym_grad(u), sym_grad(v)
        return 2 * shear * ddot(e, d) + lame * trace(e) * trace(d)

    @LinearForm
    def traction(v, w):
        xx, yy, xy = edge_stress(*w.x)
        return (xx * w.n[0] + xy * w.n[1]) * v[0] + (xy * w.n[0] + yy * w.n[1]) * v[1]

    element = ElementVector(ElementTriP2())
    basis = Basis(mesh, element, intorder=QUADRATURE)
    edges = FacetBasis(mesh, element, intorder=QUADRATURE, facets=outline(mesh))
    system = condense(asm(stiffness, basis), asm(traction, edges), D=held(basis))
    u = solve(*system, solver=symmetric_solver)

    strain = sym_grad(basis.interpolate(u))
    dilation = lame * (strain[0, 0] + strain[1, 1])
    stress = (
        2 * shear * strain[0, 0] + dilation,
        2 * shear * strain[1, 1] + dilation,
        2 * shear * strain[0, 1],
    )
    return u[basis.nodal_dofs], recover(mesh, basis, stress)


def outline(mesh):
    """Facets on the four edges of the plate."""
    on_edge = lambda x: np.minimum(x, SIDE - x).min(axis=0) < 1e-9 * SIDE
    return mesh.facets_satisfying(on_edge, boundaries_only=True)


def held(basis):
    """Both displacements of the lower left corner, the vertical one of the lower right corner."""
    x, y = basis.mesh.p[:, : basis.mesh.nvertices]
    left, right = np.hypot(x, y).argmin(), np.hypot(x - SIDE, y).argmin()
    dofs = basis.nodal_dofs
    return np.array([dofs[0, left], dofs[1, left], dofs[1, right]])


def recover(mesh, basis, components):
    """Continuous stress at the vertices: each component's L2 projection on quadratic elements."""
    scalar = basis.with_element(ElementTriP2())
    mass = asm(BilinearForm(lambda u, v, w: u * v), scalar)
    loads = [asm(LinearForm(lambda v, w: w.value * v), scalar, value=c) for c in components]
    values = factorised(mass).solve(np.column_stack(loads))
    return values[scalar.nodal_dofs[0]].T


def von_mises(stress):
    xx, yy, xy = stress
    return np.sqrt(xx**2 - xx * yy + yy**2 + 3 * xy**2)


def factorised(matrix):
    return splu(
        matrix.tocsc(),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )


def symmetric_solver(matrix, load):
    return factorised(matrix).solve(load)
