"""ParaFLARE's filters for Python scripts that use VTK without ParaView's server manager.

    from paraflare import vtkFLARETrain, vtkFLAREPredict
"""

from .vtkFLAREFilters import *
