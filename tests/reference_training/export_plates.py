"""Writes a folder of the examples' .vtu files as one data set file (docs/files.md).

    export_plates.py ../../examples/plates/train plates.safetensors

Needs VTK. All point arrays become targets, all field arrays of one value parameters.
"""

import json
import sys
from pathlib import Path

from safetensors.numpy import save_file
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOXML import vtkXMLUnstructuredGridReader


def read_grid(path):
    reader = vtkXMLUnstructuredGridReader()
    reader.SetFileName(str(path))
    reader.Update()
    return reader.GetOutput()


def arrays_of(attributes):
    return [attributes.GetArray(i) for i in range(attributes.GetNumberOfArrays())]


def main():
    folder, output = sys.argv[1:]
    paths = sorted(Path(folder).glob("*.vtu"))
    if not paths:
        sys.exit(f"{folder}: no .vtu files")
    tensors, cases = {}, []
    for i, path in enumerate(paths):
        grid = read_grid(path)
        fields, parameters = arrays_of(grid.GetPointData()), arrays_of(grid.GetFieldData())
        tensors[f"{i:06d}/points"] = vtk_to_numpy(grid.GetPoints().GetData())
        for k, array in enumerate(fields):
            tensors[f"{i:06d}/targets/{k}"] = vtk_to_numpy(array)
        cases.append(
            {"name": path.stem, "parameters": [a.GetComponent(0, 0) for a in parameters], "time": 0.0}
        )
    description = {
        "association": "points",
        "inputs": [],
        "parameters": [{"name": a.GetName(), "unit": ""} for a in parameters],
        "use_time": False,
        "targets": [
            {
                "name": a.GetName(),
                "components": a.GetNumberOfComponents(),
                "component_names": [],
                "unit": "",
                "averaged": False,
            }
            for a in fields
        ],
        "cases": cases,
    }
    metadata = {"format": "paraflare-dataset", "version": "1", "dataset": json.dumps(description)}
    save_file(tensors, output, metadata=metadata)


if __name__ == "__main__":
    main()
