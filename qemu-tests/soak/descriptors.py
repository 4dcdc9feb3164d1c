#!/usr/bin/python3
"""Commands with descriptors 0 to 2 closed, or output to a full device or a
closed pipe.  None hangs, lost output is a failure, and files that were given
stay as they are."""
import hashlib
from common import *

# What a command prints on standard output when all is well: something or not.
COMMANDS = (
    (True, "help"), (True, "--version"), (True, "run", "--help"),
    (True, "list"), (True, "list", "--json"), (True, "doctor"),
    (True, "doctor", "--json"), (True, "tsc-khz"),
    (True, "policy", "check", "site"),
    (True, "policy", "explain", "site", "job/manifest.yaml", "--submitter",
     "alice"),
    (True, "policy", "fmt", "site/policy/test.cedar"),
    (False, "site", "site", "-o", "out.cpio"),
    (False, "bundle", "job", "-o", "out.tar", "--key", "alice"),
    (True, "run", "-n", "job", "--key", "alice", "--on", "vm"),
    (True, "run", "job", "--key", "alice", "--on", "vm", "--receipt",
     "out.receipt"),
    (True, "status", "--key", "alice", "--on", "vm"),
    (True, "status", "--key", "alice", "--on", "vm", "--json"),
    (True, "jobs", "--key", "alice", "--on", "vm"),
    (True, "ledger", "--key", "alice", "--on", "vm"),
    (True, "verify", "first.receipt", "--appliance",
     "state/casemate/vm/appliance.vkey"),
)
ENDS = (0, 1, 100, 111, 125)


def digest():
    h = hashlib.sha256()
    for root in ("site", "job", "alice", "alice.pub", "first.receipt"):
        for folder, folders, files in os.walk(root):
            folders.sort()
            for name in sorted(files):
                with open(f"{folder}/{name}", "rb") as f:
                    h.update(name.encode() + f.read())
        if os.path.isfile(root):
            with open(root, "rb") as f:
                h.update(f.read())
    return h.hexdigest()


def before(rng):
    global given
    lib("default_site")
    job("job", "hello")
    up("--ephemeral")
    command("run", "job", "--receipt", "first.receipt")
    given = digest()


def in_shell(words, change, stdout=None):
    return start(["sh", "-c", f'exec "$@" {change}', "sh", CASEMATE, *words],
                 "command", stdout=stdout)


def into_closed_pipe(rng, words, change):
    reader, writer = os.pipe()
    process = in_shell(words, change, writer)
    os.close(writer)
    time.sleep(rng.random() * 0.05)
    os.close(reader)
    status = end(process, words[0], 60)
    check(status in ENDS + (-13,), f"{words} {change} | true: {status}")


def into_files(words, change, lost, told):
    status = end(in_shell(words, change), words[0], 60)
    note(f"  = {status}")
    check(status in ENDS, f"{words}: exit status {status}")
    if lost:
        check(status != 0, f"{words} {change}: lost output is success")
    elif told:
        check(status == 0, f"{words} {change}: {status}: "
              f"{read('command.err')}")


def step(n, rng):
    prints, *words = rng.choice(COMMANDS)
    out = rng.choice(("", ">&-", "> /dev/full", "|"))
    err = rng.choice(("", "2>&-", "2> /dev/full"))
    change = " ".join((rng.choice(("", "<&-")), err))
    note(f"{change} {out}")
    if out == "|":
        into_closed_pipe(rng, words, change)
    else:
        into_files(words, f"{change} {out}", out and prints, not err)
    check(digest() == given, f"{words} {change} {out}: a file has changed")


def after():
    check_ledger()
    check_console()
    down()


main(step, before, after)
