"""Fails when a layer includes, or links, something that it must not know.

The layers, each over those below it: gui and plugin, filters, the engine's public headers, the engine's inside.
"""

import argparse
import re
import sys
from pathlib import Path

# What the files of a folder may include: folders of the project, and kinds of external headers. Of several
# folders that hold a file, the innermost counts.
MAY_INCLUDE = {
    "gui": {"gui", "C++", "system", "Qt", "VTK"},
    "plugin": {"plugin", "C++", "system", "VTK"},
    "filters": {"filters", "engine/include", "C++", "system", "VTK"},
    "engine/include": {"engine/include", "C++"},
    "engine/tools": {"engine/tools", "engine/src", "engine/include", "C++", "system", "library"},
    "engine/src": {"engine/src", "engine/include", "C++", "system", "library", "LibTorch"},
    "engine/src/cuda": {
        *("engine/src/cuda", "engine/src", "engine/include"),
        *("C++", "system", "library", "LibTorch", "CUDA"),
    },
    # The oracle of the fast paths shares no code with them, in either direction.
    "engine/src/reference": {"engine/src/reference", "C++", "LibTorch"},
}

# The first pattern that matches the whole name of an external header says what it is.
EXTERNAL = [
    ("LibTorch", r"(torch|ATen|c10|caffe2)/.+"),
    ("CUDA", r"(cuda|cub|thrust|cutlass|cute)/.+|(cuda|cu[a-z]+|nccl|nvrtc)\w*\.h"),
    ("VTK", r"(vtk|pugixml)\w*\.(h|hpp|txx)|vtksys/\w+\.hxx"),
    ("Qt", r"Q[A-Z]\w*(/Q\w+)?|(q|pq|ui_|QVTK)\w+\.h"),
    ("C++", r"[a-z_0-9]+"),
    ("system", r"(sys/\w+|unistd|fcntl|signal|dlfcn)\.h"),
    ("library", r"(nlohmann|yaml-cpp|CLI|hwy)/.+|xxhash\.h"),
]

# Words that must not stand in a folder's CMake and VTK module files.
MAY_NOT_NAME = {
    "gui": r"torch|c10|flare_engine|cuda",
    # The plugin must know where LibTorch lies, but links nothing of it; nor of Qt, which pvserver does not load.
    "plugin": r"flare_torch|c10|flare_engine|cuda|Qt5\w*|pq[A-Z]\w*",
    "filters": r"torch|c10|cuda|Qt5|pq\w+",
    "engine": r"VTK::\w+|ParaView::\w+|Qt5\w*|vtk_module\w*",
}

SOURCES = {".h", ".hpp", ".txx", ".cpp", ".cxx", ".cu", ".cuh"}
BUILD_FILES = {"CMakeLists.txt", "vtk.module", "paraview.plugin"}
INCLUDE_ROOTS = ["engine/include", "engine/src", "filters", "plugin", "gui"]


def folder_of(file, folders):
    """The innermost of the folders that holds a file, or None. Paths are relative to the project."""
    return max((f for f in folders if file.is_relative_to(f)), key=len, default=None)


def included_folder(root, file, name):
    """The folder of the project that holds the header which `name` in `file` means, or None."""
    own_roots = [top for top in INCLUDE_ROOTS if file.is_relative_to(top)]
    for start in [file.parent, *own_roots, *INCLUDE_ROOTS]:
        header = (root / start / name).resolve()
        if header.is_file() and header.is_relative_to(root):
            header = header.relative_to(root)
            return folder_of(header, MAY_INCLUDE) or str(header.parent)
    return None


def kind_of(name):
    kinds = (kind for kind, pattern in EXTERNAL if re.fullmatch(pattern, name))
    return next(kinds, "unknown")


def check_source(root, file, folder):
    for number, line in lines(root / file):
        include = re.match(r"\s*#\s*include\b\s*(.+)", line)
        if not include:
            continue
        name = re.match(r'[<"]([^>"]+)[>"]', include[1])
        if not name:
            yield f"{file}:{number}: {include[1]}: an include that is a macro cannot be checked"
            continue
        kind = included_folder(root, file, name[1]) or kind_of(name[1])
        if kind not in MAY_INCLUDE[folder]:
            yield f"{file}:{number}: {folder} must not include {name[1]} ({kind})"


def check_build_file(root, file, folder):
    for number, line in lines(root / file):
        word = re.search(f"({MAY_NOT_NAME[folder]})", line.split("#")[0])
        if word:
            yield f"{file}:{number}: {folder} must not name {word[1]}"


def lines(path):
    return enumerate(path.read_text().splitlines(), start=1)


def check(root):
    files = [path.relative_to(root) for top in MAY_NOT_NAME for path in sorted((root / top).rglob("*"))]
    checked, problems = 0, []
    for file in files:
        if file.suffix in SOURCES:
            folder = folder_of(file, MAY_INCLUDE)
            found = check_source(root, file, folder) if folder else [f"{file}: belongs to no layer"]
        elif file.name in BUILD_FILES:
            found = check_build_file(root, file, folder_of(file, MAY_NOT_NAME))
        else:
            continue
        checked += 1
        problems += found
    return checked, problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).resolve().parent.parent
    parser.add_argument("--root", type=Path, default=default, help="the project's folder")
    checked, problems = check(parser.parse_args().root.resolve())
    print("\n".join(problems) or f"{checked} files keep to their layers")
    return 1 if problems or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
