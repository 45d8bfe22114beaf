"""Plays a test of ParaView's window: play.py … FOLDER_OF_THE_TEST

The test passes when the playback does, and when every macro of the test (check_*.py) ran to its end. An
exception in a macro does not reach ParaView's exit code; a macro's last line says that it passed instead.
"""

import argparse
import os
import shutil
import string
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

# Widgets by the names that playback.xml has for them.
PROPERTIES = "pqClientMainWindow/propertiesDock/propertiesPanel"
PANEL = f"{PROPERTIES}/scrollArea/qt_scrollarea_viewport/scrollAreaWidgetContents/PropertiesFrame/ProxyPanel"
WIDGETS = {
    "MENU": "pqClientMainWindow/menubar",
    "APPLY": f"{PROPERTIES}/Accept",
    "PROPERTIES": PROPERTIES,
    "PANEL": PANEL,
    "FLARE": "pqClientMainWindow/FLAREDock/FLAREDockContents",
    # ParaView does not see to its timers during one long pause.
    "SECONDS_5": 50 * '<pqevent object="pqClientMainWindow" command="pause" arguments="100" />\n',
    "SIGMA": f"{PANEL}/ParameterValues/SigmaX",
    "MODULUS": f"{PANEL}/ParameterValues/YoungsModulus",
}


def prepare(test, folder, model):
    """A home folder of the test's own, with its macros, in an empty one for what it writes."""
    shutil.rmtree(folder, ignore_errors=True)
    macros = folder / "home/.config/ParaView/Macros"
    macros.mkdir(parents=True)
    (folder / "runtime").mkdir(mode=0o700)
    playback = string.Template((test / "playback.xml").read_text())
    (folder / "playback.xml").write_text(playback.substitute(WIDGETS, MODEL=model))
    for macro in test.glob("check_*.py"):
        shutil.copy(macro, macros)


def environment(arguments):
    folder = arguments.folder
    plugins = str(arguments.plugin.parents[1])
    return {
        **os.environ,
        **({} if arguments.by_hand else {"PV_PLUGIN_PATH": plugins}),
        "HOME": str(folder / "home"),
        "XDG_CONFIG_HOME": str(folder / "home/.config"),
        "XDG_RUNTIME_DIR": str(folder / "runtime"),
        "PYTHONPATH": str(HERE),
        # ParaView's own panel is cut off at its default width with the default font of a bare X server.
        "QT_FONT_DPI": "78",
        "FLARE_TEST_FOLDER": str(folder),
        "FLARE_TEST_PLUGIN": str(arguments.plugin),
        "FLARE_TEST_MODEL": str(arguments.model),
        "FLARE_TEST_MESH": str(arguments.mesh),
    }


def play(arguments):
    command = [
        *(arguments.paraview, "--dr", f"--script={arguments.test}/start.py"),
        *(f"--test-script={arguments.folder}/playback.xml", f"--test-directory={arguments.folder}", "--exit"),
    ]
    run = subprocess.run(
        command, env=environment(arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    print(run.stdout)
    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("test", type=Path)
    for name in ("paraview", "plugin", "model", "mesh", "folder"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--by-hand", action="store_true", help="start.py loads the plugin, not ParaView")
    arguments = parser.parse_args()
    prepare(arguments.test, arguments.folder, arguments.model)
    run = play(arguments)

    wanted = {"start", *(macro.stem for macro in arguments.test.glob("check_*.py"))}
    log = arguments.folder / "passed"
    missing = wanted - set(log.read_text().split() if log.exists() else [])
    for name in sorted(missing):
        print(f"{name}.py did not run to its end")
    if "Traceback" in run.stdout or "ERROR" in run.stdout:
        print("ParaView reported errors")
        return 1
    return 1 if run.returncode or missing else 0


if __name__ == "__main__":
    sys.exit(main())
