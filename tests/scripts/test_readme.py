"""Runs every command of README.md: blocks marked `sh` in bash, blocks marked `python` in pvpython.

They run in the order of the README, in one folder that looks like the project's, so that a block may use what
an earlier one left, and nothing is left in the project. What would take minutes, or needs a network, is
replaced as REPLACED says; the replacement is printed."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt

PROJECT = Path(__file__).resolve().parents[2]
RUNNERS = {"sh": ["bash", "-euo", "pipefail"], "python": ["/usr/bin/pvpython"]}
SECONDS = 300  # for one block

REPLACED = {
    "sh": [
        (r"^(sudo )?apt(-get)? .*", ":", "the machine has its packages"),
        (r"^git clone .*", ":", "this is the clone"),
        (r"^cd \w*ParaFLARE\w*$", ":", "this is the clone"),
        (r"^(scripts/(demo|test)\.sh).*", r"\1 --help", "minutes; the test script would run itself"),
        (r"^((\w+=\S+ )*)paraview\b(.*)", r"\1timeout 60 /usr/bin/paraview --version", "a window waits for its user"),
    ],
    "python": [(r'Recipe="[\w ]+"', 'Recipe="Custom", Epochs=1', "minutes of training")],
}


def shortened(language, text):
    for pattern, replacement, reason in REPLACED[language]:
        for found in re.finditer(pattern, text, re.M):
            print(f"  not as it stands ({reason}): {found[0]}")
        text = re.sub(pattern, replacement, text, flags=re.M)
    return text


def run(number, language, text, folder):
    file = folder / f"block_{number}.{language}"
    file.write_text(shortened(language, text))
    command = [PROJECT / "scripts/with_display.sh", *RUNNERS[language], file]
    done = subprocess.run(
        command, cwd=folder, timeout=SECONDS, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )
    if done.returncode:
        print(f"FAILED with exit code {done.returncode}:\n{text}\n---\n{done.stdout[-4000:]}")
    return done.returncode == 0


def mirror(folder):
    """Fills a folder with links to what the project's folder holds."""
    for entry in os.scandir(PROJECT):
        if entry.name not in (".git", "demo-output", "spectra-output"):
            (folder / entry.name).symlink_to(entry.path)


def main():
    readme = (PROJECT / "README.md").read_text()
    fences = [token for token in MarkdownIt().parse(readme) if token.type == "fence"]
    blocks = [(fence.info.strip(), fence.content) for fence in fences if fence.info.strip() in RUNNERS]
    passed = 0
    with tempfile.TemporaryDirectory() as folder:
        mirror(Path(folder))
        for number, (language, text) in enumerate(blocks, start=1):
            print(f"block {number}: {text.splitlines()[0]}", flush=True)
            passed += run(number, language, text, Path(folder))
    print(f"{passed} of {len(blocks)} blocks of README.md work")
    return 0 if blocks and passed == len(blocks) else 1


if __name__ == "__main__":
    sys.exit(main())
