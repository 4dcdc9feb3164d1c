"""What all scenarios use.

A scenario defines step(n, rng), where rng follows from SEED and n, and calls
main(step).  It raises Wrong when something is not as it should be.
"""
import json
import os
import random
import re
import signal
import subprocess
import sys
import time

SRC = os.environ["CASEMATE_SRC"]
BUILD = os.environ["CASEMATE_BUILD"]
CASEMATE = BUILD + "/bin/casemate"
IMAGE = BUILD + "/casemate.bzImage"
SEED = int(os.environ["SEED"])
STEPS = int(os.environ["STEPS"])
STATE = os.environ["XDG_STATE_HOME"] + "/casemate/vm"
CONSOLE = STATE + "/console.log"
LIMIT = 120             # seconds for one command
UP_LIMIT = 200          # for up
KEEPS_NO_PROMISE = ("NOT TRUE", "VERIFICATION FAILED", "ANOTHER APPLIANCE")
KERNEL_FAULTS = re.compile(r"Oops|Kernel panic|BUG:|WARNING:|signal (11|31|6)\b"
                           r"|rcu.*stall|hung task|exited with 101")


class Wrong(Exception):
    pass


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err


def note(text):
    print(f"{time.monotonic() - BEGAN:7.2f} {text}", flush=True)


BEGAN = time.monotonic()


def check(ok, text):
    if not ok:
        raise Wrong(text)


def start(argv, out, env=None, stdout=None):
    """A command in the background; its output in the files OUT and OUT.err."""
    note("$ " + " ".join(a.replace(BUILD + "/bin/", "") for a in argv) + " &")
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                            stdout=stdout or open(out, "w"),
                            stderr=open(out + ".err", "w"),
                            env=dict(os.environ, **(env or {})))


def end(process, what, limit=LIMIT):
    """Waits for a command of start()."""
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise Wrong(f"{what}: did not end within {limit} s") from None


def read(path):
    with open(path, errors="replace") as f:
        return f.read()


def run(argv, ok=(0,), limit=LIMIT, env=None, quiet=False):
    """A command to its end; ok: the statuses that it may have, None: any."""
    began = time.monotonic()
    status = end(start(argv, "command", env), argv[1] if len(argv) > 1 else "",
                 limit)
    result = Result(status, read("command"), read("command.err"))
    note(f"  = {status} in {time.monotonic() - began:.2f} s"
         + ("" if quiet or not result.err else
            ": " + result.err.strip().replace("\n", "\n          ")))
    for text in KEEPS_NO_PROMISE:
        check(text not in result.err, f"{argv[1]}: {text}")
    check(ok is None or status in ok,
          f"{' '.join(argv[:3])}: exit status {status}")
    return result


def lib(*words, **more):
    """A function of qemu-tests/lib.sh."""
    return run([SRC + "/qemu-tests/do", *words], **more)


def job(name, program, *args, limits=""):
    """A job's folder."""
    lib("elf_job", name, program, *args)
    with open(name + "/manifest.yaml", "a") as f:
        f.write(limits)


def up(*options, ok=(0,), **more):
    return run([CASEMATE, "up", "--name", "vm", "--image", IMAGE, "--site",
                "site", "--memory", "256", *options], ok, UP_LIMIT, **more)


def down(*options, ok=(0,)):
    return run([CASEMATE, "down", "vm", *options], ok)


def command(verb, *words, **more):
    """A command to the appliance, by alice."""
    return run([CASEMATE, verb, *words, "--key", "alice", "--on", "vm"],
               **more)


def start_job(folder, out, *options):
    return start([CASEMATE, "run", folder, "--key", "alice", "--on", "vm",
                  "--receipt", out + ".receipt", *options], out)


def state():
    """The lines of the appliance's state, {} when it is not up."""
    try:
        lines = read(STATE + "/state").splitlines()
    except FileNotFoundError:
        return {}
    return dict(line.split(" ", 1) for line in lines[1:] if " " in line)


def has_ended(pid):
    try:
        return read(f"/proc/{pid}/stat").rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def kill_qemu():
    pid = int(state()["qemu"].split()[0])
    note(f"kill -9 QEMU {pid}")
    os.kill(pid, signal.SIGKILL)
    wait_for(20, lambda: has_ended(pid), "QEMU's end")


def kill_service(name):
    lib("console_type", "kill " + name, limit=60)


def wait_for(seconds, condition, what):
    limit = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < limit, f"{what}: waited {seconds} s")
        time.sleep(0.02)


def check_console():
    """No fault of the kernel or a service."""
    if os.path.exists(CONSOLE):
        found = KERNEL_FAULTS.search(read(CONSOLE))
        check(found is None, f"console: {found and found.group(0)}")


def leaves():
    """All leaves, each verified by the client."""
    out = command("ledger", quiet=True).out
    return [json.loads(line) for line in out.splitlines()]


def check_ledger(excused=(), doubled=()):
    """Each accepted job has one end.  The names of those that may have none,
    and of those that may have one twice."""
    accepted, finished = {}, {}
    all_leaves = leaves()
    for leaf in all_leaves:
        kind, data = leaf["type"], leaf["data"]
        if kind == "casemate.job.accepted":
            check(data["job"] not in accepted, f"accepted twice: {data}")
            accepted[data["job"]] = data["name"]
        elif kind == "casemate.job.finished":
            check(data["job"] in accepted, f"not accepted: {data}")
            check(finished.get(data["job"]) in (None, data if data["name"] in
                                                doubled else None),
                  f"finished twice: {data}")
            finished[data["job"]] = data
    for id, name in accepted.items():
        check(id in finished or name in excused, f"job {id} ({name}): no end")
    note(f"ledger: {len(all_leaves)} leaves, {len(accepted)} accepted, "
         f"{len(finished)} finished")
    return all_leaves


def clean_up():
    if os.path.exists(STATE + "/state"):
        subprocess.run([CASEMATE, "down", "--force", "vm"], timeout=60)


def main(step, before=None, after=None):
    status = 0
    note(f"SEED={SEED} STEPS={STEPS}")
    try:
        if before:
            before(random.Random(f"{SEED}"))
        for n in range(STEPS):
            note(f"-- step {n}")
            step(n, random.Random(f"{SEED}/{n}"))
        if after:
            after()
    except Wrong as w:
        print(f"WRONG: {w}", flush=True)
        status = 1
    finally:
        clean_up()
    sys.exit(status)
