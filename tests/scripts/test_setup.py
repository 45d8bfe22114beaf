"""setup.sh on machines that it cannot set up: it names what is missing and stops, and it installs nothing."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
OTHER_SYSTEM = 'PRETTY_NAME="Fedora Linux 44"\nID=fedora\nVERSION_ID=44\n'


class Setup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.commands = self.folder / "bin"
        self.commands.mkdir()
        # A copy, so that a set-up that did not stop would not touch the project's own .deps.
        for name in ("scripts", "requirements"):
            shutil.copytree(PROJECT / name, self.folder / name)
        self.command("apt-get", 'touch "$0.called"')
        self.command("dpkg-query", '[[ ${!#} == cmake ]] || echo -n "installed"')

    def command(self, name, body):
        """Puts a command of this name before the real one."""
        file = self.commands / name
        file.write_text(f"#!/bin/bash\n{body}\n")
        file.chmod(0o755)

    def run_setup(self, *before):
        environment = {**os.environ, "PATH": f"{self.commands}:{os.environ['PATH']}"}
        return subprocess.run(
            [*before, self.folder / "scripts/setup.sh"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )

    def assert_stopped(self, done, *words):
        self.assertEqual(done.returncode, 1, done.stdout)
        for word in words:
            self.assertIn(word, done.stdout)
        self.assertFalse((self.commands / "apt-get.called").exists())
        self.assertFalse((self.folder / ".deps").exists())

    def test_without_root(self):
        self.command("id", "echo 1000")
        done = self.run_setup()
        self.assert_stopped(done, "root", "apt-get install --no-install-recommends cmake\n")

    def test_other_distribution(self):
        release = self.folder / "os-release"
        release.write_text(OTHER_SYSTEM)
        hidden = f'mount --bind "{release}" "$(readlink -f /etc/os-release)" && exec "$0"'
        if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
            self.skipTest("this machine permits no mounts of one's own")
        done = self.run_setup("unshare", "-rm", "bash", "-c", hidden)
        self.assert_stopped(done, "Fedora Linux 44", "  cmake\n")

    def test_machine_without_dpkg(self):
        self.command("dpkg-query", "exit 127")
        self.command("id", "echo 1000")
        done = self.run_setup()
        self.assert_stopped(done, "paraview-dev", "cmake", "xvfb")

    def test_failed_installation_is_an_error(self):
        self.command("id", "echo 0")
        self.command("apt-get", "exit 100")
        self.assertEqual(self.run_setup().returncode, 100)

    def test_check_tells_what_is_missing_by_its_exit_code(self):
        self.assertEqual(subprocess.run([self.folder / "scripts/setup.sh", "--check"]).returncode, 1)

    def test_unknown_argument(self):
        done = subprocess.run([self.folder / "scripts/setup.sh", "--al"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("Usage", done.stderr)


if __name__ == "__main__":
    unittest.main()
