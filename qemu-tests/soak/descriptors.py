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


def in_shell(words, change):
    return start(["sh", "-c", f'exec "$@" {change}', "sh", CASEMATE, *words],
                 "command")


def step(n, rng):
    prints, *words = rng.choice(COMMANDS)
    out = rng.choice(("", ">&-", "> /dev/full", "| true"))
    err = rng.choice(("", "2>&-", "2> /dev/full"))
    change = " ".join((rng.choice(("", "<&-")), err, out))
    note(change)
    if out == "| true":
        # The status of a pipe that is closed at once is the command's.
        change = change.replace("| true", "> pipe")
        if not os.path.exists("pipe"):
            os.mkfifo("pipe")
        reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
        process = in_shell(words, change)
        time.sleep(0.02)
        os.close(reader)
        status = end(process, words[0], 60)
        check(status in ENDS + (-13, 141), f"{words}: {status}")
    else:
        status = end(in_shell(words, change), words[0], 60)
        note(f"  = {status}")
        check(status in ENDS, f"{words}: exit status {status}")
        if out and prints:
            check(status != 0, f"{words} {change}: lost output is success")
        elif not err:
            check(status == 0 or words[0] == "doctor",
                  f"{words} {change}: {status}: {read('command.err')}")
    check(digest() == given, f"{words} {change}: a file has changed")


def after():
    check_ledger()
    check_console()
    down()


main(step, before, after)
