"""Plane stress on a plate under given edge tractions, by quadratic isoparametric elements."""

import numpy as np
from scipy.sparse.linalg import splu
from skfem import (
    Basis,
    BilinearForm,
    ElementTriP1,
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
    basis = Basis(mesh, element)
    edges = FacetBasis(mesh, element, facets=outline(mesh))
    system = condense(asm(stiffness, basis), asm(traction, edges), D=held(basis))
    u = solve(*system, solver=direct_solver)

    strain = sym_grad(basis.interpolate(u))
    dilation = lame * (strain[0, 0] + strain[1, 1])
    stress = (
        2 * shear * strain[0, 0] + dilation,
        2 * shear * strain[1, 1] + dilation,
        2 * shear * strain[0, 1],
    )
    return u[basis.nodal_dofs], recover(basis, stress)


def outline(mesh):
    """Facets on the four edges of the plate."""

    def on_edge(x):
        return np.minimum(x, SIDE - x).min(axis=0) < 1e-9 * SIDE

    return mesh.facets_satisfying(on_edge, boundaries_only=True)


def held(basis):
    """Both displacements of the lower left corner, the vertical one of the lower right corner."""
    x, y = basis.mesh.p[:, : basis.mesh.nvertices]
    left, right = np.hypot(x, y).argmin(), np.hypot(x - SIDE, y).argmin()
    dofs = basis.nodal_dofs
    return np.array([dofs[0, left], dofs[1, left], dofs[1, right]])


def recover(basis, components):
    """Continuous stress at the vertices: each component's L2 projection on linear elements.

    The projection on linear elements is closer than the one on quadratic elements, which follows
    the jumps of the discontinuous stress.
    """
    linear = basis.with_element(ElementTriP1())
    mass = asm(BilinearForm(lambda u, v, _: u * v), linear)
    loads = [asm(LinearForm(lambda v, w: w.stress * v), linear, stress=c) for c in components]
    return direct_solver(mass, np.column_stack(loads))[linear.nodal_dofs[0]].T


def von_mises(stress):
    xx, yy, xy = stress
    return np.sqrt(xx**2 - xx * yy + yy**2 + 3 * xy**2)


def direct_solver(matrix, load):
    """LU of a symmetric positive definite matrix: no pivoting, an ordering that suits symmetry."""
    factors = splu(
        matrix.tocsc(),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    return factors.solve(load)
