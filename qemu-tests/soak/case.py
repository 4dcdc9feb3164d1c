#!/usr/bin/python3
"""One case of the tests with a VM, on 1, 2 or 4 processors: by the seed."""
import os
import subprocess
import sys

BUILD, SRC = os.environ["CASEMATE_BUILD"], os.environ["CASEMATE_SRC"]
CPUS = (4, 2, 1)
LIMIT = 600


def programs():
    for folder in ("qemu-tests", "client", "client/vsock", "image/runtime"):
        for name in sorted(os.listdir(f"{SRC}/{folder}")):
            if not name.endswith("_test.sh"):
                continue
            with open(f"{SRC}/{folder}/{name}") as f:
                text = f.read()
            if "qemu-tests/lib.sh" in text or "casemate.bzImage" in text:
                yield f"{BUILD}/tests/{folder}/{name[:-3]}"


def cases(program):
    out = subprocess.run([program, "-l"], stdout=subprocess.PIPE, text=True,
                         check=True).stdout
    return [line.split(": ")[1] for line in out.splitlines()
            if line.startswith("ident: ")]


def skipped():
    with open("result") as f:
        return f.read().startswith("skipped")


def main():
    every = [(p, c, n) for n in CPUS for p in programs() for c in cases(p)]
    if sys.argv[1:] == ["--count"]:
        print(len(every))
        return 0
    program, case, cpus = every[int(os.environ["SEED"]) % len(every)]
    print(f"{program}:{case} on {cpus} processors", flush=True)
    os.environ["QEMU_CPUS"] = str(cpus)
    # As kyua does: its own environment, and the clean-up in the same folder.
    del os.environ["XDG_STATE_HOME"]
    os.environ.update(TMPDIR=os.getcwd(), LANG="C.UTF-8")
    source = os.path.dirname(program)
    try:
        status = subprocess.run([program, "-s", source, "-r", "result", case],
                                timeout=LIMIT).returncode
    except subprocess.TimeoutExpired:
        print(f"WRONG: not within {LIMIT} s")
        status = 1
    if "has.cleanup" in subprocess.run([program, "-l"], text=True,
                                       stdout=subprocess.PIPE).stdout:
        subprocess.run([program, "-s", source, f"{case}:cleanup"],
                       timeout=120)
    print(open("result").read() if os.path.exists("result") else "no result")
    return 77 if status == 0 and skipped() else status


sys.exit(main())
