"""Writes and reads one case as a compressed .vtu file."""

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkDataArray, vtkPoints
from vtkmodules.vtkCommonDataModel import VTK_TRIANGLE, vtkCellArray, vtkUnstructuredGrid
from vtkmodules.vtkIOXML import vtkXMLUnstructuredGridReader, vtkXMLUnstructuredGridWriter

UNITS = {
    "displacement": "m",
    "von_mises": "Pa",
    "SigmaX": "Pa",
    "YoungsModulus": "Pa",
    "PoissonsRatio": "1",
}


def write_case(path, points, triangles, fields, parameters):
    """Plane points (n, 2), triangles (m, 3), fields on the points, and one-value parameters."""
    grid = vtkUnstructuredGrid()
    vertices = vtkPoints()
    vertices.SetData(numpy_to_vtk(in_space(points), deep=True))
    grid.SetPoints(vertices)
    cells = vtkCellArray()
    offsets = np.arange(0, triangles.size + 1, 3, dtype=np.int32)
    connectivity = triangles.astype(np.int32).ravel()
    cells.SetData(numpy_to_vtk(offsets, deep=True), numpy_to_vtk(connectivity, deep=True))
    grid.SetCells(VTK_TRIANGLE, cells)
    for name, values in fields.items():
        values = in_space(values) if values.ndim == 2 else values.astype(np.float32)
        grid.GetPointData().AddArray(labelled(name, values))
    for name, value in parameters.items():
        grid.GetFieldData().AddArray(labelled(name, np.array([value])))

    writer = vtkXMLUnstructuredGridWriter()
    writer.SetFileName(str(path))
    writer.SetInputData(grid)
    # Inline, though appended data would be a quarter smaller: ParaView 5.11 with Debian 12's present libexpat1
    # (2.5.0-1+deb12u2 and later) reads no appended data.
    writer.SetDataModeToBinary()
    writer.SetCompressorTypeToLZMA()
    writer.SetCompressionLevel(9)
    writer.SetHeaderTypeToUInt32()
    writer.SetIdTypeToInt32()
    if not writer.Write():
        raise OSError(f"cannot write {path}")


def read_case(path):
    """Points (n, 3), triangles (m, 3), fields and parameters of a file, as NumPy arrays."""
    reader = vtkXMLUnstructuredGridReader()
    reader.SetFileName(str(path))
    reader.Update()
    grid = reader.GetOutput()
    if grid.GetNumberOfPoints() == 0:
        raise OSError(f"cannot read {path}")
    triangles = vtk_to_numpy(grid.GetCells().GetConnectivityArray()).reshape(-1, 3)
    return (
        vtk_to_numpy(grid.GetPoints().GetData()),
        triangles,
        arrays(grid.GetPointData()),
        {name: values.item() for name, values in arrays(grid.GetFieldData()).items()},
    )


def in_space(plane_vectors):
    """Vectors (n, 2) with a zero third component, as VTK wants them."""
    return np.pad(plane_vectors, ((0, 0), (0, 1))).astype(np.float32)


def labelled(name, values):
    array = numpy_to_vtk(values, deep=True)
    array.SetName(name)
    if values.ndim == 2:
        for i, component in enumerate("XYZ"):
            array.SetComponentName(i, component)
    array.GetInformation().Set(vtkDataArray.UNITS_LABEL(), UNITS[name])
    return array


def arrays(attributes):
    return {
        attributes.GetArrayName(i): vtk_to_numpy(attributes.GetArray(i))
        for i in range(attributes.GetNumberOfArrays())
    }
