# The trace runs again, beside the model file, which it reads, and gives the same arrays. Saved as legacy VTK:
# ParaView 5.11 cannot read the appended data of .vtu where libexpat is up to date.
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOLegacy import vtkUnstructuredGridReader
from window_test import *


def point_arrays(path):
    reader = vtkUnstructuredGridReader()
    reader.SetFileName(path)
    reader.Update()
    data = reader.GetOutput().GetPointData()
    arrays = [data.GetArray(i) for i in range(data.GetNumberOfArrays())]
    return {array.GetName(): vtk_to_numpy(array) for array in arrays}


model = os.path.join(folder, "cases", "plate_000.vtu.flare.safetensors")
written = os.stat(model).st_mtime_ns
saved = os.path.join(folder, "saved.vtk")
os.rename(saved, os.path.join(folder, "window.vtk"))
command = ["pvpython", os.path.join(folder, "trace.py")]
done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
print(done.stdout)
assert done.returncode == 0 and "Traceback" not in done.stdout and "ERR|" not in done.stdout
assert os.stat(model).st_mtime_ns == written
window, again = point_arrays(os.path.join(folder, "window.vtk")), point_arrays(saved)
assert "von_mises_predicted" in window and window.keys() == again.keys()
for name, values in window.items():
    assert (values == again[name]).all(), name
passed("after")
