"""Reads generated edits of the AWS files with botocore, which is not ours: the profile is as it was written, every other
one as it was; a file that botocore reads stays one that it reads; of one that it refuses samlogin has said what is wrong."""

import base64
import collections
import json
import multiprocessing
import os
import re
import sys
import tempfile

import botocore.configloader

debian = botocore.configloader
for name in [n for n in sys.modules if n.partition(".")[0] == "botocore"]:
    del sys.modules[name]  # the AWS CLI brings its own, and makes it the one of this name
import awscli.botocore.configloader  # noqa: E402
from awscli.customizations.configure.writer import ConfigFileWriter  # noqa: E402

OWN = {"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token", "x_security_token_expires",
       "x_principal_arn", "samlogin"}
REPLACED = {"sso_session", "sso_start_url", "sso_account_id", "sso_role_name", "sso_region"}
READERS = {"botocore": debian, "AWS CLI": awscli.botocore.configloader}


def read(loader, path, in_config):
    """The file as a reader sees it, or the name of its error."""
    try:
        return (loader.load_config if in_config else loader.raw_config_parse)(path), None
    except Exception as error:
        if type(error).__name__ != "ConfigParseError":
            return None, "another error: %r" % error
        return None, type(error.__context__).__name__


def parted(seen, profile, in_config):
    """The profile, None where there is none, and all the rest."""
    rest = dict(seen)
    if in_config:
        rest["profiles"] = dict(rest["profiles"])
        return rest["profiles"].pop(profile, None), rest
    return rest.pop(profile, None), rest


def without(value, names):
    """A value of several lines, without those that some clients see as keys of their own, which samlogin moves."""
    if not isinstance(value, str):
        return value
    first, *more = value.split("\n")
    return "\n".join([first] + [l for l in more if not re.match(r"\s*(%s)\s*[=:]" % "|".join(names), l, re.I)]).rstrip()


def judge(case, before, after, refused, faults):
    """What is wrong with one edit for one reader, or None."""
    (was, was_refused), (now, now_refused) = before, after
    if was_refused and not faults:
        return "botocore refuses the file (%s), and samlogin does not say so" % was_refused
    if case["sort"] == "sound" and was_refused:
        return "the file should be sound: %s" % was_refused
    if refused:
        return None
    if was_refused != now_refused:
        return "it was refused for %s before, and is for %s after" % (was_refused, now_refused)
    if was_refused:
        return None
    profile, in_config = case["profile"], case["in_config"]
    old, old_rest = parted(was, profile, in_config)
    new, new_rest = parted(now, profile, in_config)
    if old_rest != new_rest:
        return "other profiles changed"
    names = ({"region"} if in_config else OWN) | REPLACED | (set() if in_config else {"credential_process"})
    if case["removes"]:
        if new == old and "samlogin" not in (old or {}):
            return None
        names = OWN
    kept = {k: without(v, names) for k, v in (old or {}).items() if k not in names}
    if case["removes"]:
        return None if (new or {}) == kept else "the profile should be %r, and is %r" % (kept, new)
    wanted = dict(kept, **case["expected"])
    if "aws_security_token" in repr(old).lower() and not in_config:  # boto's old name is kept in step where it is there
        wanted["aws_security_token"] = case["expected"]["aws_session_token"]
    if old and any(k in old for k in REPLACED | {"credential_process"}):  # they go only where somebody else's profile is replaced
        for key in (REPLACED | {"credential_process"}) - names:
            if key in old:
                wanted[key] = old[key]
    got = {k: without(v, names) if k not in wanted or "\n" in str(wanted[k]) else v for k, v in (new or {}).items()}
    for key in list(got):
        if key in names and key not in wanted and old and got[key] == old.get(key) == "":
            del got[key]  # an empty one is nothing to replace
    return None if got == wanted else "the profile should be %r, and is %r" % (wanted, new)


def cli_goes_on(case, path):
    """The AWS CLI's own writer edits the profile after samlogin did: the keys are still there."""
    ConfigFileWriter().update_config({"__section__": case["profile"], "output": "json"}, path)
    now, refused = read(awscli.botocore.configloader, path, False)
    if refused:
        return "refused after the AWS CLI went on: %s" % refused
    got = now[case["profile"]]
    if not got.get("output", "").startswith("json") or any(  # it parts a value of several lines from its key
            got.get(k) != v for k, v in case["expected"].items()):
        return "after the AWS CLI went on the profile is %r" % got
    return None


def check(file):
    counts, wrong = collections.Counter(), []
    folder = tempfile.mkdtemp()
    paths = os.path.join(folder, "before"), os.path.join(folder, "after")
    for line in open(file, encoding="utf-8"):
        case = json.loads(line)
        refused, faults = case["refused"], case["faults"] or []
        before, after = (base64.b64decode(case[k] or "") for k in ("before", "after"))
        for path, text in zip(paths, (before, after)):
            with open(path, "wb") as f:
                f.write(text)
        counts["edits"] += 1
        counts["edits refused"] += bool(refused)
        for name, loader in READERS.items():
            was = read(loader, paths[0], case["in_config"])
            now = (None, None) if refused else read(loader, paths[1], case["in_config"])
            counts["files that %s refuses" % name] += bool(was[1])
            if name == "botocore" and faults and not was[1]:
                counts["files with a fault said that botocore reads"] += 1
                for fault in {re.sub(r"line \d+ (is|has) |\(.*\)", "", f).strip() for f in faults}:
                    counts["  of these: " + fault] += 1
            complaint = judge(case, was, now, refused, faults)
            if complaint:
                wrong.append((name, complaint, case["seed"], before, after, refused, faults))
        # Of a file without a line end at its end the AWS CLI 2.9.19 joins what it adds to a comment that comes last.
        if counts["edits"] % 5 == 0 and after.endswith(b"\n") and case["sort"] == "sound" and not (case["in_config"] or case["removes"] or refused):
            counts["edits that the AWS CLI's writer went on with"] += 1
            complaint = cli_goes_on(case, paths[1])
            if complaint:
                wrong.append(("AWS CLI's writer", complaint, case["seed"], before, after, refused, faults))
    return counts, wrong


if __name__ == "__main__":
    if READERS["botocore"].__file__ == READERS["AWS CLI"].__file__:
        sys.exit("both readers are the same")
    total, wrong = collections.Counter(), []
    with multiprocessing.Pool(2) as pool:
        for counts, bad in pool.imap_unordered(check, sys.argv[1:]):
            total += counts
            wrong += bad
    for name, count in sorted(total.items()):
        print("   %s: %d" % (name, count))
    for name, complaint, seed, before, after, refused, faults in wrong[:10]:
        print("%s, seed %d: %s\n  before %r\n  after  %r\n  refused %r, faults %r" % (name, seed, complaint, before[:3000], after[:3000], refused, faults))
    print("   wrong: %d" % len(wrong))
    sys.exit(1 if wrong or not total["edits"] else 0)
