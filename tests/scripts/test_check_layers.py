"""The layering check passes on a sound tree and fails on every kind of violation."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))
from check_layers import check

SOUND = {
    "engine/include/flare/model.h": "#include <string>\n",
    "engine/src/nn/mixer.h": '#include <torch/torch.h>\n#include "flare/model.h"\n',
    "engine/src/nn/mixer.cpp": '#include "nn/mixer.h"\n#include <nlohmann/json.hpp>\n#include <unistd.h>\n',
    "engine/src/reference/mixer.h": "#include <ATen/ATen.h>\n",
    "engine/src/cuda/mixer.cu": '#include <cuda_runtime.h>\n#include "nn/mixer.h"\n',
    "engine/tools/main.cpp": '#include "flare/model.h"\n#include <CLI/CLI.hpp>\n',
    "engine/CMakeLists.txt": "target_link_libraries(flare_engine flare_torch) # nothing of VTK::CommonCore\n",
    "filters/vtkFLAREPredict.h": "#include <vtkNew.h>\n",
    "filters/vtkFLAREPredict.cxx": '#include "vtkFLAREPredict.h"\n#include "flare/model.h"\n#include <cmath>\n',
    "filters/vtk.module": "DEPENDS\n  VTK::CommonCore\n",
    "gui/pqPanel.cxx": "#include <QLabel>\n#include <QVTKOpenGLNativeWidget.h>\n#include <pqActiveObjects.h>\n#include <vtkSMProxy.h>\n",
}

VIOLATIONS = {
    "filters/a.cxx": "#include <torch/torch.h>",
    "filters/b.cxx": '#include "nn/mixer.h"',
    "filters/c.cxx": '#include "../engine/src/nn/mixer.h"',
    "filters/d.cxx": "#include <QLabel>",
    "filters/e.cxx": "#include <cuda_runtime.h>",
    "filters/f.h": '  #  include   "c10/core/Device.h"',
    "filters/g.cxx": "#include HEADER",
    "filters/CMakeLists.txt": "target_link_libraries(x PRIVATE flare_torch)",
    "plugin/a.cxx": "#include <QObject>",
    "plugin/CMakeLists.txt": "target_link_libraries(x PRIVATE Qt5::Widgets)",
    "gui/CMakeLists.txt": "target_link_libraries(x PRIVATE flare_engine)",
    "gui/a.cxx": '#include "flare/model.h"',
    "gui/b.cxx": '#include "vtkFLAREPredict.h"',
    "engine/include/flare/a.h": "#include <torch/torch.h>",
    "engine/include/flare/b.h": "#include <vtkNew.h>",
    "engine/include/flare/c.h": '#include "nn/mixer.h"',
    "engine/include/flare/d.h": "#include <nlohmann/json.hpp>",
    "engine/src/a.cpp": "#include <vtkNew.h>",
    "engine/src/b.cpp": "#include <QString>",
    "engine/src/c.cpp": '#include "vtkFLAREPredict.h"',
    "engine/src/d.cpp": "#include <cuda_runtime.h>",
    "engine/src/ops/a.cpp": '#include "reference/mixer.h"',
    "engine/src/reference/a.cpp": '#include "nn/mixer.h"',
    "engine/tools/a.cpp": "#include <torch/torch.h>",
    "engine/lost/a.cpp": "#include <string>",
}


class CheckLayers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name, text in SOUND.items():
            self.write(name, text)

    def write(self, name, text):
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def test_sound_tree_passes(self):
        self.assertEqual(check(self.root), (len(SOUND), []))

    def test_every_violation_is_found_and_named(self):
        for name, line in VIOLATIONS.items():
            with self.subTest(file=name):
                self.write(name, line + "\n")
                problems = check(self.root)[1]
                self.assertEqual(len(problems), 1, problems)
                self.assertTrue(problems[0].startswith(name + ":"), problems)
                (self.root / name).unlink()

    def test_exit_codes(self):
        def run():
            return subprocess.run([sys.executable, SCRIPTS / "check_layers.py", "--root", self.root]).returncode

        self.assertEqual(run(), 0)
        self.write("filters/a.cxx", "#include <torch/torch.h>\n")
        self.assertEqual(run(), 1)
        self.root = self.root / "nothing here"
        self.assertEqual(run(), 1)


if __name__ == "__main__":
    unittest.main()
