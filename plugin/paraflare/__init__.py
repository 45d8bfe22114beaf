"""ParaFLARE's filters for Python scripts that use VTK without ParaView's server manager.

    from paraflare import vtkFLARETrain, vtkFLAREPredict
"""

import ctypes
import os

# LibTorch must use its own BLAS, not the one that VTK's libraries may bring (plugin/filters_on_demand.cxx).
ctypes.CDLL("@FLARE_TORCH_CPU@", mode=os.RTLD_NOW | os.RTLD_DEEPBIND)

from .vtkFLAREFilters import *
