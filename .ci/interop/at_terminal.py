"""at_terminal.py ANSWER COMMAND...: run a command at a terminal of its own, type the answer when it stands waiting behind
a prompt (text that ends with a colon and a blank), print what it showed, end with its exit code. It is killed after PATIENCE seconds, 300 if nothing is said."""
import os
import pty
import select
import sys
import time

answers, command = sys.argv[1].split("|"), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
shown, seen, end = b"", 0, time.monotonic() + float(os.environ.get("PATIENCE", "300"))
while time.monotonic() < end:
    ready, _, _ = select.select([terminal], [], [], 0.3)
    if ready:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    elif answers and len(shown) > seen and shown.endswith(b": "):
        seen = len(shown)
        os.write(terminal, answers.pop(0).encode() + b"\r")
else:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
sys.stdout.write(shown.decode(errors="replace"))
sys.exit(os.waitstatus_to_exitcode(status))
