"""Lists the tests of a JUnit file of ctest that failed or were skipped, and ends with "N passed, N failed"."""

import sys
import xml.etree.ElementTree as ElementTree


def outcome(test):
    """A test that ctest did not run is skipped only where the test itself said so."""
    status = test.get("status")
    if status == "notrun":
        reason = test.find("skipped")
        asked = reason is not None and reason.get("message", "").startswith("SKIP_")
        return "skipped" if asked else "failed"
    return "passed" if status == "run" else "failed"


def excerpt(lines):
    """What GoogleTest found wrong, which may be far from the end where other ranks go on, and the end."""
    found = [i for i, line in enumerate(lines) if line.endswith(": Failure")]
    shown = {j for i in found[:5] for j in range(i, min(i + 6, len(lines)))}
    return [lines[i] for i in sorted(shown | set(range(max(0, len(lines) - 60), len(lines))))]


def main(path):
    tests = {"passed": [], "failed": [], "skipped": []}
    for test in ElementTree.parse(path).getroot().iter("testcase"):
        tests[outcome(test)].append(test)
    for test in tests["failed"]:
        print(f"FAILED {test.get('name')}")
        print("\n".join("  | " + line for line in excerpt(test.findtext("system-out", "").splitlines())))
    for test in tests["skipped"]:
        words = [line for line in test.findtext("system-out", "").splitlines() if line.strip()]
        print(f"SKIPPED {test.get('name')}: {words[-1].strip() if words else 'no reason given'}")
    print(f"{len(tests['passed'])} passed, {len(tests['failed'])} failed")
    return 1 if tests["failed"] or not tests["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
