"""samlogin and the AWS CLI write the same two files at the same time.

First samlogin alone, with botocore reading all the while: no read may fail, or see anything but whole profiles. Then
rounds with the AWS CLI: its own writer 200 times on each file, and real runs of "aws configure set" between. The AWS CLI
reads, empties and refills a file in place, so that it can lose its own updates, and readers can see the file empty: that
is counted. What must hold is that everything else in the files stays, byte for byte, and that samlogin's profiles are whole.
"""

import collections
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

import awscli.botocore.configloader as configloader
from awscli.customizations.configure.writer import ConfigFileWriter

UPDATES = 200  # of each file in a round
STALLS = 8  # of these, with a pause of up to 0.15 s between emptying and refilling, or half way, as on a busy machine
ALONE = 6  # seconds
OURS = ("p-one", "p-two", "p-three")
THEIRS = ("cli", "real")


def base(in_config):
    """A file with 30 sections of others, and those that will be written among them."""
    prefix = "profile " if in_config else ""
    text = "# the top\n\n"
    for n in range(30):
        text += "[%sother-%02d] # mine\n# about %d\naws_access_key_id = AKIA%016d\naws_secret_access_key=s/%d+=\n" % (prefix, n, n, n, n)
        text += "s3 =\n    max_concurrent_requests = %d\n\n  ; indented\ncont = a\n   b %d\n\n" % (n, n)
        if n % 6 == 2:
            name = (OURS + THEIRS)[n // 6]
            text += "[%s%s]\n" % (prefix, name)
            if name in THEIRS:
                text += "first = 1\n"
            elif in_config:
                text += "region = us-east-1\n"
            else:
                text += "aws_access_key_id = ASIA000000000000\naws_secret_access_key = secret000000000000\naws_session_token = token000000000000\nsamlogin = managed\n"
            text += "# below %s\n\n" % name
    return text + "# the end\n"


def unrelated(text):
    """All lines but those of keys in the sections that are written."""
    kept, written = [], False
    for line in text.splitlines(True):
        header = re.match(r"\[(?:profile )?([^\]]+)\]", line)
        if header:
            written = header.group(1) in OURS + THEIRS
        if header or not written or not line.strip() or line[0] == "#":
            kept.append(line)
    return "".join(kept)


def complete(section):
    """The login that a profile is of, None if it is not whole."""
    login = section.get("aws_access_key_id", "")[4:]
    whole = (login and section.get("aws_secret_access_key") == "secret" + login and section.get("aws_session_token") == "token" + login
             and section.get("samlogin") == "managed")
    return login if whole else None


def others(seen, in_config):
    seen = seen["profiles"] if in_config else seen
    return {k: v for k, v in seen.items() if k not in OURS + THEIRS}


class Stalled(ConfigFileWriter):
    """The AWS CLI's writer, put aside by the system at the worst moment."""

    def update_config(self, new_values, config_filename, stall):
        section = new_values.pop("__section__")
        with open(config_filename) as f:
            contents = f.readlines()
        self._update_section_contents(contents, section, new_values)
        with open(config_filename, "w") as f:
            if random.random() < 0.5:
                f.write("".join(contents))  # all but the last 8192 bytes or less, which go out at the end
            time.sleep(stall)
            if not f.tell():
                f.write("".join(contents))


class Home:
    def __init__(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get("WORK"))
        self.credentials, self.config = (os.path.join(self.folder, n) for n in ("credentials", "config"))
        for path, in_config in ((self.credentials, False), (self.config, True)):
            with open(path, "w") as f:
                f.write(base(in_config))
            os.chmod(path, 0o600)

    def problems(self):
        """What is not as it was."""
        wrong = []
        for path, in_config in ((self.credentials, False), (self.config, True)):
            text = open(path).read()
            if unrelated(text) != unrelated(base(in_config)):
                here, there = unrelated(text).splitlines(), unrelated(base(in_config)).splitlines()
                wrong.append("%s: %d of %d lines of others are left: %r" % (os.path.basename(path), len(here), len(there), text[:300]))
            try:
                seen = (configloader.load_config if in_config else configloader.raw_config_parse)(path)
            except Exception as error:
                wrong.append("botocore: %r" % error)
                continue
            for name in OURS if not in_config else ():
                if complete(seen.get(name, {})) is None:
                    wrong.append("%s is %r" % (name, seen.get(name)))
        return wrong


def saver(binary, home, profile):
    return subprocess.Popen([binary], env=dict(os.environ, SAMLOGIN_TEST_CHILD="%s saves %s" % (home.folder, profile)),
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def helper(*words):
    return subprocess.Popen([sys.executable, __file__, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def reader(folder):
    """One that has begun: Python takes seconds to start on a busy machine."""
    process = helper("read", folder)
    process.stdout.readline()
    return process


def report(process, totals, name):
    """Ends a process and adds what it has counted."""
    out, _ = process.communicate("")
    if process.returncode:
        totals["failed: %s" % name] += 1
        return
    for key, value in json.loads(out).items():
        for sub, count in value.items() if isinstance(value, dict) else [(None, value)]:
            totals["%s: %s%s" % (name, key, ": " + sub if sub else "")] += count


def read_loop(folder):
    """Reads both files with botocore until the standard input ends."""
    import select
    counts = collections.Counter(reads=0, bad=0)
    want = {in_config: None for in_config in (False, True)}
    probe = tempfile.mkdtemp()
    for in_config in want:
        path = os.path.join(probe, "base")
        with open(path, "w") as f:
            f.write(base(in_config))
        want[in_config] = others((configloader.load_config if in_config else configloader.raw_config_parse)(path), in_config)
    shutil.rmtree(probe)
    print("reading", flush=True)
    while not select.select([sys.stdin], [], [], 0)[0]:
        for in_config, name in ((False, "credentials"), (True, "config")):
            path = os.path.join(folder, name)
            counts["reads"] += 1
            try:
                seen = (configloader.load_config if in_config else configloader.raw_config_parse)(path)
                bad = others(seen, in_config) != want[in_config]
                if not in_config:
                    bad = bad or any(complete(seen.get(n, {})) is None for n in OURS)
            except Exception:
                bad = True
            counts["bad"] += bad
    print(json.dumps(counts))


def write(folder, real_runs, seed):
    """Updates as the AWS CLI makes them, one after the other: its own writer, and whole runs of it between."""
    dice, paths = random.Random(seed), [os.path.join(folder, n) for n in ("credentials", "config")]
    counts = collections.Counter(updates=0, runs=0, failed_runs=0)
    env = dict(os.environ, AWS_SHARED_CREDENTIALS_FILE=paths[0], AWS_CONFIG_FILE=paths[1])
    runs_at, stalls_at = dice.sample(range(UPDATES), real_runs), dice.sample(range(UPDATES), STALLS)
    for n in range(UPDATES):
        for path, section in zip(paths, ("cli", "profile cli")):
            values = {"__section__": section, "set_%04d" % n: str(n)}
            if n in stalls_at:
                Stalled().update_config(values, path, dice.random() * 0.15)
            else:
                ConfigFileWriter().update_config(values, path)
            counts["updates"] += 1
            time.sleep(dice.random() * 0.012)
        if n in runs_at:
            for key in ("aws_session_token", "set_%04d" % n):  # one for each file
                done = subprocess.run(["/usr/bin/aws", "configure", "set", key, "run-%d" % n, "--profile", "real"], env=env, capture_output=True)
                counts["runs"] += 1
                counts["failed_runs"] += done.returncode != 0
    print(json.dumps(counts))


def kept_updates(home):
    kept = 0
    for path, in_config in ((home.credentials, False), (home.config, True)):
        seen = (configloader.load_config if in_config else configloader.raw_config_parse)(path)
        seen = seen["profiles"] if in_config else seen
        kept += sum(k.startswith("set_") for k in seen.get("cli", {}))
    return kept


def alone(binary, totals):
    home = Home()
    savers, readers = [saver(binary, home, p) for p in OURS], [reader(home.folder) for _ in range(2)]
    time.sleep(ALONE)
    for r in readers:
        report(r, totals, "alone: reader")
    for s in savers:
        report(s, totals, "alone: saver")
    wrong = home.problems()
    if totals["alone: reader: bad"]:
        wrong.append("%d bad reads of %d" % (totals["alone: reader: bad"], totals["alone: reader: reads"]))
    wrong += [k for k in totals if k.startswith("alone: saver: errors")]
    if not totals["alone: reader: reads"] or not totals["alone: saver: saves"]:
        wrong.append("nothing was read, or saved")
    shutil.rmtree(home.folder)
    return wrong


def race(binary, number, real_runs, totals):
    """One round. In every second one samlogin ends first, so that the last word is the AWS CLI's."""
    home = Home()
    savers, seer, writer = [saver(binary, home, p) for p in OURS[:2]], reader(home.folder), helper("write", home.folder, str(real_runs), str(number))
    if number % 2:
        time.sleep(0.8)
        for s in savers:
            report(s, totals, "saver")
    report(writer, totals, "AWS CLI")
    if not number % 2:
        for s in savers:
            report(s, totals, "saver")
    report(seer, totals, "reader")
    wrong = home.problems()
    if not any(w.startswith("botocore") for w in wrong):
        totals["AWS CLI: updates that are there at the end"] += kept_updates(home)
    shutil.rmtree(home.folder)
    return wrong


def main(binary, rounds):
    totals, wrong, bad_rounds = collections.Counter(), [], 0
    wrong += ["alone: " + w for w in alone(binary, totals)]
    for number in range(rounds):
        now = race(binary, number, max(1, 10 // rounds), totals)
        bad_rounds += bool(now)
        wrong += ["round %d: %s" % (number, w) for w in now]
    for name, count in sorted(totals.items()):
        print("   %s: %d" % (name, count))
    wrong += [k for k in totals if k.startswith("failed") or k.startswith("saver: errors") and "keeps changing" not in k]
    if not totals["saver: saves"] or not totals["AWS CLI: updates"]:
        wrong.append("nothing was saved, or set")
    for w in wrong[:20]:
        print("WRONG %s" % w)
    print("   %d rounds, %d of them with a loss" % (rounds, bad_rounds))
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1] == "read":
        read_loop(sys.argv[2])
    elif sys.argv[1] == "write":
        write(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        sys.exit(main(sys.argv[1], int(sys.argv[2])))
