#!/usr/bin/python3
"""Small jobs, one by one and four at once, on 4, 2 or 1 processors.  Each
first job gives the kernel a limit of CPU to set, each last one lifts it."""
from common import *


def before(rng):
    lib("default_site")
    job("true", "true")
    up("--cpus", str(rng.choice((4, 4, 2, 1))),
       "--machine", rng.choice(("microvm", "q35", "pc")))


def step(n, rng):
    lanes = [start_job("true", f"lane{i}", "--quiet")
             for i in range(rng.choice((1, 1, 4, 7)))]
    for i, lane in enumerate(lanes):
        check(end(lane, "run") == 0, f"a job: {read(f'lane{i}.err')}")


def after():
    check_console()
    check_ledger()
    down()


main(step, before, after)
