"""Plates with holes: random geometry, graded triangle meshes, and curved refinement."""

from dataclasses import dataclass, replace

import gmsh
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import reverse_cuthill_mckee
from skfem import MeshTri1, MeshTri2

SIDE = 0.1  # m
EDGE_LIGAMENT = 0.010  # m, least material between a hole and the plate's edge
HOLE_LIGAMENT = 0.010  # m, least material between two holes
FAR_SIZE = 0.006  # m, element size away from the holes at refinement 1
GROWTH = 0.22  # increase of element size per distance from a hole
SEGMENTS = 36  # element edges around a hole at refinement 1


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

    def element_size(self, point, segments):
        """Edge length on the hole, growing linearly with the (radial) distance from it."""
        unit = self.to_unit_circle(np.asarray(point)[None])[0]
        radius = np.hypot(*unit)
        on_edge = 2 * np.pi / segments * np.hypot(self.a * unit[1], self.b * unit[0]) / radius
        distance = (1 - 1 / radius) * np.hypot(point[0] - self.x, point[1] - self.y)
        return on_edge + GROWTH * max(distance, 0.0)


def random_holes(rng):
    """One to three holes, drawn again until every ligament is wide enough."""
    count = rng.integers(1, 4)
    while True:
        holes = [random_hole(rng) for _ in range(count)]
        if all(fits_plate(h) for h in holes) and all(
            are_apart(g, h) for i, g in enumerate(holes) for h in holes[:i]
        ):
            return holes


def random_hole(rng):
    x, y = rng.uniform(0.0, SIDE, 2)
    a = rng.uniform(0.006, 0.018)
    aspect = 1.0 if rng.random() < 0.4 else rng.uniform(1.2, 2.2)
    return Hole(x, y, a, max(a / aspect, 0.004), rng.uniform(0.0, np.pi))


def fits_plate(hole):
    edge = hole.edge(128)
    return edge.min() >= EDGE_LIGAMENT and edge.max() <= SIDE - EDGE_LIGAMENT


def are_apart(one, other):
    p, q = one.edge(128), other.edge(128)
    gap = np.linalg.norm(p[:, None] - q[None], axis=2).min()
    # A hole inside another one can keep its distance too.
    nested = np.hypot(*one.to_unit_circle(q).T).min() < 1 or np.hypot(*other.to_unit_circle(p).T).min() < 1
    return gap >= HOLE_LIGAMENT and not nested


def mesh_plate(holes, refinement):
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
        loops = [add_polygon(geo, square)[0]]
        for hole in holes:
            loop, lines = add_polygon(geo, hole.edge(segments))
            loops.append(loop)
            for line in lines:
                geo.mesh.setTransfiniteCurve(line, 2)
        geo.addPlaneSurface(loops)
        geo.synchronize()

        def size(_dim, _tag, x, y, _z, _size):
            return min(FAR_SIZE / refinement, *(h.element_size((x, y), segments) for h in holes))

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


def refine(points, triangles, holes, levels):
    """A quadratic mesh, `levels` times uniformly refined, whose hole edges lie on the ellipses.

    Every refinement keeps the vertices it started from as its first ones.
    """
    mesh = MeshTri1(np.ascontiguousarray(points.T), np.ascontiguousarray(triangles.T))
    for _ in range(levels):
        mesh = snap_nodes(mesh.refined(), holes, mesh_nodes_on_edges)
    return snap_nodes(MeshTri2.from_mesh(mesh), holes, quadratic_nodes_on_edges)


def mesh_nodes_on_edges(mesh):
    return mesh.boundary_nodes()


def quadratic_nodes_on_edges(mesh):
    return mesh.dofs.get_facet_dofs(mesh.boundary_facets()).all()


def snap_nodes(mesh, holes, boundary_nodes):
    """Moves the boundary nodes that are not on the plate's outline to the nearest hole."""
    nodes = boundary_nodes(mesh)
    positions = mesh.doflocs[:, nodes].T
    to_outline = np.minimum(positions, SIDE - positions).min(axis=1)
    inner = to_outline > EDGE_LIGAMENT / 2
    nodes, positions = nodes[inner], positions[inner]
    snapped = np.stack([h.snap(positions) for h in holes])
    nearest = np.linalg.norm(snapped - positions, axis=2).argmin(axis=0)
    doflocs = mesh.doflocs.copy()
    doflocs[:, nodes] = snapped[nearest, np.arange(len(nodes))].T
    return replace(mesh, doflocs=doflocs)
