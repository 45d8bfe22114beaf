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


def main(path):
    tests = {"passed": [], "failed": [], "skipped": []}
    for test in ElementTree.parse(path).getroot().iter("testcase"):
        tests[outcome(test)].append(test)
    for test in tests["failed"]:
        lines = test.findtext("system-out", "").splitlines()
        print(f"FAILED {test.get('name')}")
        print("\n".join("  | " + line for line in lines[-60:]))
    for test in tests["skipped"]:
        words = [line for line in test.findtext("system-out", "").splitlines() if line.strip()]
        print(f"SKIPPED {test.get('name')}: {words[-1].strip() if words else 'no reason given'}")
    print(f"{len(tests['passed'])} passed, {len(tests['failed'])} failed")
    return 1 if tests["failed"] or not tests["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
