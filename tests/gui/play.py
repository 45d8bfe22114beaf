"""Plays a test of ParaView's window: play.py … FOLDER_OF_THE_TEST

The test passes when the playback does, and when every macro of the test (check_*.py) ran to its end. An
exception in a macro does not reach ParaView's exit code; a macro's last line says that it passed instead.
A test may have a script after.py, which pvpython runs when the window is closed.
"""

import argparse
import contextlib
import os
import shutil
import socket
import string
import subprocess
import sys
import time
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
    "SECOND": 10 * '<pqevent object="pqClientMainWindow" command="pause" arguments="100" />\n',
    "SECONDS_5": 50 * '<pqevent object="pqClientMainWindow" command="pause" arguments="100" />\n',
    "SIGMA": f"{PANEL}/ParameterValues/SigmaX",
    "MODULUS": f"{PANEL}/ParameterValues/YoungsModulus",
}


def prepare(test, folder, model, plugin):
    """A home folder of the test's own, with its macros, in an empty one for what it writes."""
    shutil.rmtree(folder, ignore_errors=True)
    macros = folder / "home/.config/ParaView/Macros"
    macros.mkdir(parents=True)
    (folder / "runtime").mkdir(mode=0o700)
    playback = string.Template((test / "playback.xml").read_text())
    (folder / "playback.xml").write_text(playback.substitute(WIDGETS, MODEL=model, PLUGIN=plugin, FOLDER=folder))
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


@contextlib.contextmanager
def server(ranks, environment, log):
    """A pvserver of so many processes; gives its URL, or None for none."""
    if ranks == 0:
        yield None
        return
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    parallel = ["mpirun", "-np", str(ranks), "--allow-run-as-root", "--oversubscribe"] if ranks > 1 else []
    with open(log, "w") as output:
        process = subprocess.Popen(
            [*parallel, "pvserver", f"--server-port={port}"], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        while "Accepting connection" not in log.read_text():
            if process.poll() is not None:
                sys.exit("pvserver ended:\n" + log.read_text())
            time.sleep(0.1)
        yield f"cs://localhost:{port}"
        process.wait(timeout=60)  # it ends with its client
    finally:
        process.terminate()
        process.wait()


def run(command, environment, log):
    """The exit status, and what was said, which also stays in a file for when it hangs."""
    with open(log, "w") as output:
        status = subprocess.run(command, env=environment, stdout=output, stderr=subprocess.STDOUT).returncode
    said = log.read_text(errors="replace")
    print(said)
    return status, said


def play(arguments):
    command = [
        *(arguments.paraview, "--dr", f"--script={arguments.test}/start.py"),
        *(f"--test-script={arguments.folder}/playback.xml", f"--test-directory={arguments.folder}", "--exit"),
    ]
    variables = environment(arguments)
    log = arguments.folder / "server.log"
    with server(arguments.server, variables, log) as url:
        status, said = run(
            command, {**variables, "FLARE_TEST_SERVER": url or ""}, arguments.folder / "paraview.log"
        )
    after = arguments.test / "after.py"
    if status == 0 and after.exists():
        status, more = run(["pvpython", after], variables, arguments.folder / "after.log")
        said += more
    return status, said + (log.read_text() if log.exists() else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("test", type=Path)
    for name in ("paraview", "plugin", "model", "mesh", "folder"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--errors-expected", action="store_true", help="the filters are given what they refuse")
    parser.add_argument("--by-hand", action="store_true", help="start.py loads the plugin, not ParaView")
    parser.add_argument("--server", type=int, default=0, help="start a pvserver of so many processes")
    arguments = parser.parse_args()
    prepare(arguments.test, arguments.folder, arguments.model, arguments.plugin)
    status, said = play(arguments)

    scripts = [*arguments.test.glob("check_*.py"), *arguments.test.glob("after.py")]
    wanted = {"start", *(script.stem for script in scripts)}
    log = arguments.folder / "passed"
    missing = wanted - set(log.read_text().split() if log.exists() else [])
    for name in sorted(missing):
        print(f"{name}.py did not run to its end")
    refused = () if arguments.errors_expected else ("ERROR", "ERR|")
    if any(word in said for word in ("Traceback", *refused)):
        print("ParaView reported errors")
        return 1
    return 1 if status or missing else 0


if __name__ == "__main__":
    sys.exit(main())
