"""Plates with a hole: random geometry, graded triangle meshes, and curved refinement."""

import math
from dataclasses import dataclass, replace

import gmsh
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import reverse_cuthill_mckee
from skfem import MeshTri1, MeshTri2

SIDE = 0.1  # m
EDGE_LIGAMENT = 0.010  # m, least material between the hole and the plate's edge
FAR_SIZE = 0.006  # m, element size away from the hole at refinement 1
GROWTH = 0.22  # increase of element size per distance from the hole
SEGMENTS = 36  # element edges around the hole at refinement 1
RINGS = 3  # of elements around the hole that the solution's mesh refines once more


@dataclass(frozen=True)
class Hole:
    """An ellipse: centre, semi-axes a >= b in metres, direction of the major axis in radians."""

    x: float
    y: float
    a: float
    b: float
    angle: float

    def to_unit_circle(self, points):
        """Maps points (n, 2) so that the hole's edge becomes the unit circle around the origin."""
        c, s = np.cos(self.angle), np.sin(self.angle)
        dx, dy = points[:, 0] - self.x, points[:, 1] - self.y
        return np.column_stack(((c * dx + s * dy) / self.a, (c * dy - s * dx) / self.b))

    def from_unit_circle(self, points):
        c, s = np.cos(self.angle), np.sin(self.angle)
        u, v = self.a * points[:, 0], self.b * points[:, 1]
        return np.column_stack((self.x + c * u - s * v, self.y + s * u + c * v))

    def edge(self, count):
        """Points on the edge at equal steps of the ellipse's parameter: closest at its tips."""
        t = 2 * np.pi * np.arange(count) / count
        return self.from_unit_circle(np.column_stack((np.cos(t), np.sin(t))))

    def snap(self, points):
        """Moves points near the edge onto it."""
        unit = self.to_unit_circle(points)
        return self.from_unit_circle(unit / np.linalg.norm(unit, axis=1, keepdims=True))

    def element_size(self, x, y, segments):
        """Edge length on the hole, growing linearly with the (radial) distance from it.

        Gmsh asks for one point at a time, so this is plain arithmetic.
        """
        c, s = math.cos(self.angle), math.sin(self.angle)
        dx, dy = x - self.x, y - self.y
        u, v = (c * dx + s * dy) / self.a, (c * dy - s * dx) / self.b
        radius = math.hypot(u, v)
        on_edge = 2 * math.pi / segments * math.hypot(self.a * v, self.b * u) / radius
        return on_edge + GROWTH * max((1 - 1 / radius) * math.hypot(dx, dy), 0.0)


def random_hole(rng):
    """A hole anywhere in the plate, drawn again until it is far enough from the edges."""
    while True:
        x, y = rng.uniform(0.0, SIDE, 2)
        a = rng.uniform(0.006, 0.018)
        aspect = 1.0 if rng.random() < 0.4 else rng.uniform(1.2, 2.2)
        hole = Hole(x, y, a, max(a / aspect, 0.004), rng.uniform(0.0, np.pi))
        if fits_plate(hole):
            return hole


def fits_plate(hole):
    edge = hole.edge(128)
    return edge.min() >= EDGE_LIGAMENT and edge.max() <= SIDE - EDGE_LIGAMENT


def mesh_plate(hole, refinement):
    """Triangulates the plate. Returns points (n, 2) and counter-clockwise triangles (m, 3).

    Element sizes are divided by `refinement`. Each mesh gets a fresh Gmsh, so that it does not
    depend on the meshes made before.
    """
    segments = round(SEGMENTS * refinement)
    gmsh.initialize(interruptible=False)
    try:
        for option, value in (
            ("General.Terminal", 0),
            ("General.NumThreads", 1),
            ("Mesh.Algorithm", 6),
            ("Mesh.MeshSizeExtendFromBoundary", 0),
            ("Mesh.MeshSizeFromPoints", 0),
        ):
            gmsh.option.setNumber(option, value)
        geo = gmsh.model.geo
        square = SIDE * np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
        outline, _ = add_polygon(geo, square)
        edge, lines = add_polygon(geo, hole.edge(segments))
        for line in lines:
            geo.mesh.setTransfiniteCurve(line, 2)
        geo.addPlaneSurface([outline, edge])
        geo.synchronize()

        def size(_dim, _tag, x, y, _z, _size):
            return min(FAR_SIZE / refinement, hole.element_size(x, y, segments))

        gmsh.model.mesh.setSizeCallback(size)
        gmsh.model.mesh.generate(2)
        tags, coordinates, _ = gmsh.model.mesh.getNodes()
        _, corners = gmsh.model.mesh.getElementsByType(2)
    finally:
        gmsh.finalize()
    points = coordinates.reshape(-1, 3)[:, :2]
    index = np.zeros(int(tags.max()) + 1, dtype=np.int64)
    index[tags.astype(np.int64)] = np.arange(len(tags))
    return renumber(points, index[corners.astype(np.int64)].reshape(-1, 3))


def add_polygon(geo, points):
    """Adds a closed polygon to the Gmsh model. Returns its curve loop and its lines."""
    tags = [geo.addPoint(x, y, 0.0) for x, y in points]
    lines = [geo.addLine(p, q) for p, q in zip(tags, tags[1:] + tags[:1])]
    return geo.addCurveLoop(lines), lines


def renumber(points, triangles):
    """Orders points and triangles along the mesh, which makes the connectivity compress well."""
    ends = np.concatenate([triangles[:, [i, (i + 1) % 3]] for i in range(3)])
    graph = coo_array((np.ones(len(ends)), ends.T), shape=2 * (len(points),)).tocsr()
    order = reverse_cuthill_mckee(graph + graph.T, symmetric_mode=True)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order), dtype=order.dtype)
    points, triangles = points[order], rank[triangles]

    p, q, r = points[triangles].transpose(1, 0, 2)
    clockwise = np.cross(q - p, r - p) < 0
    triangles[clockwise] = triangles[clockwise][:, ::-1]
    first = triangles.argmin(axis=1)
    triangles = np.take_along_axis(triangles, (first[:, None] + np.arange(3)) % 3, axis=1)
    return points, triangles[np.lexsort(triangles.T[::-1])]


def refine(points, triangles, hole, levels):
    """A quadratic mesh whose hole is bounded by the ellipse, finer than the given triangles.

    It is refined `levels` times everywhere, and once more in a few rings around the hole, where
    the stress is steep. Every refinement keeps the vertices it started from as its first ones.
    """
    mesh = MeshTri1(np.ascontiguousarray(points.T), np.ascontiguousarray(triangles.T))
    for _ in range(levels):
        mesh = onto_hole(mesh.refined(), hole, mesh_nodes)
    mesh = onto_hole(mesh.refined(rings_around_hole(mesh)), hole, mesh_nodes)
    return onto_hole(MeshTri2.from_mesh(mesh), hole, quadratic_nodes)


def mesh_nodes(mesh):
    return mesh.boundary_nodes()


def quadratic_nodes(mesh):
    return mesh.dofs.get_facet_dofs(mesh.boundary_facets()).all()


def on_hole(mesh, nodes):
    """Those of the given boundary nodes that are not on the plate's outline."""
    x = mesh.doflocs[:, nodes]
    return nodes[np.minimum(x, SIDE - x).min(axis=0) > EDGE_LIGAMENT / 2]


def rings_around_hole(mesh):
    reached = np.zeros(mesh.nvertices, dtype=bool)
    reached[on_hole(mesh, mesh.boundary_nodes())] = True
    for _ in range(RINGS):
        elements = reached[mesh.t].any(axis=0)
        reached[mesh.t[:, elements]] = True
    return np.flatnonzero(elements)


def onto_hole(mesh, hole, boundary_nodes):
    """Moves the nodes on the hole's edge onto the ellipse."""
    nodes = on_hole(mesh, boundary_nodes(mesh))
    doflocs = mesh.doflocs.copy()
    doflocs[:, nodes] = hole.snap(doflocs[:, nodes].T).T
    return replace(mesh, doflocs=doflocs)
