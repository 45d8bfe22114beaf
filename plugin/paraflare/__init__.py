"""ParaFLARE in Python scripts: its filters where VTK is used without ParaView's server manager, and pictures of what
they find where the plugin is loaded in ParaView.

    from paraflare import vtkFLARETrain, vtkFLAREPredict
    from paraflare import views
"""

import ctypes
import importlib
import os


def _filters():
    # LibTorch must use its own BLAS, not the one that VTK's libraries may bring (plugin/filters_on_demand.cxx).
    ctypes.CDLL("@FLARE_TORCH_CPU@", mode=os.RTLD_NOW | os.RTLD_DEEPBIND)
    return importlib.import_module(".vtkFLAREFilters", __name__)


# Filters are loaded, and LibTorch with them, when the first is asked for: views do without.
def __getattr__(name):
    if name == "__all__":
        return [found for found in dir(_filters()) if found.startswith("vtkFLARE")]
    if name.startswith("vtkFLARE"):
        found = _filters()
        return found if name == "vtkFLAREFilters" else getattr(found, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
