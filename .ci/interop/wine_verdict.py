"""Judges the output of a Go test binary that Wine ran: wine_verdict.py PACKAGE LOG

Wine 8 cannot delete files in the way of os.RemoveAll, so that every test with a temporary folder fails in its clean-up,
after all it had to say. Tests that fail with anything else said have failed; what passing and skipped tests print is
not looked at. A run without its last line has failed too.
"""
import re
import sys

package, log = sys.argv[1:]
lines = open(log, encoding="utf-8", errors="replace").read().replace("\r", "").splitlines()
if not lines or lines[-1] not in ("PASS", "FAIL"):
    sys.exit("%s: the tests did not come to an end:\n%s" % (package, "\n".join(lines[-30:])))

said, verdicts, current = {}, {}, ""
for line in lines:
    if at := re.match(r"=== (?:RUN|CONT|NAME) +(\S+)", line):
        current = at[1]
    elif end := re.match(r"\s*--- (PASS|FAIL|SKIP): (\S+)", line):
        verdicts[end[2]] = end[1]
    elif current and not line.startswith("=== ") and "TempDir RemoveAll cleanup" not in line:
        said.setdefault(current, []).append(line)
cleaned = {line.split("unlinkat")[0] for line in lines if "TempDir RemoveAll cleanup" in line}

# t.Logf lines look like t.Errorf lines: a failed test may say only what is listed here.
harmless = re.compile(r"is not what this system says|not mounted one by one|edits made: |\d+ edits, \d+ read by |\d+ rounds of |D:\(|^(PASS|FAIL)$")
bad = []
for name, verdict in verdicts.items():
    rest = [text for text in said.get(name, []) if not harmless.search(text)]
    if verdict == "FAIL" and (rest or not cleaned):
        bad += [name] + rest
if bad:
    sys.exit("%s: failed:\n%s" % (package, "\n".join(bad)))
print("   %s: %d tests" % (package, sum("/" not in name and verdict != "SKIP" for name, verdict in verdicts.items())))
