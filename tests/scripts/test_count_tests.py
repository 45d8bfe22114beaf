"""count_tests.py on what ctest really writes: passed, failed, skipped, missing and disabled tests."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

COUNT = Path(__file__).resolve().parents[2] / "scripts/count_tests.py"

TESTS = {
    "passing": ("true", ""),
    "failing": ("sh -c [[echo the reason; exit 3]]", ""),
    "slow": ("sleep 60", "TIMEOUT 1"),
    "missing": ("/no/such/program", ""),
    "skipping": ("sh -c [[echo no display here; exit 77]]", "SKIP_RETURN_CODE 77"),
    "disabled": ("true", "DISABLED ON"),
}


class CountTests(unittest.TestCase):
    def count(self, *names):
        """What count_tests.py says after a run of these tests: its exit code and its lines."""
        with tempfile.TemporaryDirectory() as folder:
            lines = ["cmake_minimum_required(VERSION 3.25)", "project(Tests NONE)", "enable_testing()"]
            for name in names:
                command, properties = TESTS[name]
                lines.append(f"add_test(NAME {name} COMMAND {command})")
                if properties:
                    lines.append(f"set_tests_properties({name} PROPERTIES {properties})")
            Path(folder, "CMakeLists.txt").write_text("\n".join(lines))
            subprocess.run(["cmake", "-G", "Ninja", "-S", folder, "-B", folder], check=True, capture_output=True)
            report = Path(folder, "report.xml")
            run = ["ctest", "--test-dir", folder, "--output-junit", report]
            subprocess.run(run, capture_output=True)
            done = subprocess.run([sys.executable, COUNT, report], capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout.splitlines()

    def test_all_passed(self):
        self.assertEqual(self.count("passing"), (0, ["1 passed, 0 failed"]))

    def test_every_kind_of_failure(self):
        code, lines = self.count("passing", "failing", "slow", "missing", "disabled")
        self.assertEqual(code, 1)
        self.assertEqual(lines[-1], "1 passed, 4 failed")
        for name in ("failing", "slow", "missing", "disabled"):
            self.assertIn(f"FAILED {name}", lines)
        self.assertIn("  | the reason", lines)

    def test_skipped_tests_are_named_with_their_reason(self):
        code, lines = self.count("passing", "skipping")
        self.assertEqual(code, 0)
        self.assertEqual(lines, ["SKIPPED skipping: no display here", "1 passed, 0 failed"])

    def test_nothing_passed_is_a_failure(self):
        self.assertEqual(self.count("skipping")[0], 1)


if __name__ == "__main__":
    unittest.main()
