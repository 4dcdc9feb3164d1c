#!/usr/bin/python3
"""Pages of a data disk are lost or changed while it is off.  What happens then
is said: the appliance refuses to start, or shows what can still be proven."""
import os
import shutil
from common import *

PAGE = 4096


def before(rng):
    lib("default_site")
    job("hello", "hello")
    up("--disk", "whole.img", "--disk-size", "64M")
    for _ in range(rng.randint(3, 12)):
        command("run", "hello", quiet=True)
    down()


def spoil(rng, page):
    how = rng.choice(("zeros", "random", "bit"))
    note(how)
    if how == "zeros":
        return bytes(len(page))
    if how == "random":
        return rng.randbytes(len(page))
    page = bytearray(page)
    page[rng.randrange(len(page))] ^= 1 << rng.randrange(8)
    return bytes(page)


def spoil_pages(rng, path):
    with open(path, "r+b") as f:
        pages = f.seek(0, 2) // PAGE
        for _ in range(rng.choice((1, 1, 1, 2, 5))):
            n = rng.randrange(max(pages, 1))
            f.seek(n * PAGE)
            page = f.read(PAGE)
            note(f"{path}: page {n} of {pages}")
            f.seek(n * PAGE)
            f.write(spoil(rng, page))


def spoil_ledger(rng):
    run(["debugfs", "-R", "dump /ledger/data.mdb data.mdb", "disk.img"])
    spoil_pages(rng, "data.mdb")
    with open("commands", "w") as f:
        f.write("cd ledger\nrm data.mdb\nwrite data.mdb data.mdb\n"
                "sif data.mdb uid 904\nsif data.mdb gid 904\n"
                "sif data.mdb mode 0100600\n")
    run(["debugfs", "-w", "-f", "commands", "disk.img"])


def step(n, rng):
    shutil.copyfile("whole.img", "disk.img")
    # Each time the ledger goes back: what the client has seen is forgotten.
    shutil.rmtree(os.path.dirname(STATE) + "/.checkpoints", ignore_errors=True)
    if rng.random() < 0.7:
        spoil_ledger(rng)
    else:
        spoil_pages(rng, "disk.img")
    result = up("--disk", "disk.img", "--wait", "90", ok=(0, 1))
    if result.status == 1:
        check("  | " in result.err, "up failed without a word")
    else:
        command("ledger", ok=(0, 1), quiet=True)
        command("run", "hello", "--wait", "10", ok=(0, 125))
        command("status", ok=(0, 1))
        down(ok=(0, 1))
    check_console()


main(step, before)
