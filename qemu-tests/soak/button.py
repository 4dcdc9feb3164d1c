#!/usr/bin/python3
"""The power button at a random moment of the boot, or while jobs run.  Each
stop is clean, so that each accepted job has an end in the ledger."""
from common import *


def before(rng):
    lib("default_site")
    job("forever", "forever", limits="limits:\n  wall_seconds: 60\n")
    job("hello", "hello")


def stop_boot(rng, options):
    boot = start([CASEMATE, "up", "--name", "vm", "--image", IMAGE, "--site",
                  "site", "--memory", "256", "--wait", "120", *options], "up")
    time.sleep(rng.random() * 3)
    result = down("--wait", "90", ok=(0, 1))
    status = end(boot, "up")
    note(f"up: {status} {read('up.err').strip()}")
    if result.status == 1:
        check("is not up" in result.err, "the stop was not clean")
    check(status in (0, 1), f"up: exit status {status}")


def stop_jobs(rng, options):
    up(*options)
    running = [start_job(rng.choice(("forever", "hello")), f"job{i}")
               for i in range(rng.randint(1, 6))]
    time.sleep(rng.random() * 2)
    down("--wait", "90")
    for i, process in enumerate(running):
        status = end(process, "run")
        note(f"job{i}: {status} {read(f'job{i}.err').strip()}")
        check(status in (0, 125), f"run: exit status {status}")


def step(n, rng):
    options = ["--disk", "data.img", "--cpus", str(rng.choice((1, 2, 4))),
               "--machine", rng.choice(("microvm", "microvm", "q35", "pc"))]
    rng.choice((stop_boot, stop_jobs))(rng, options)
    check_console()
    check(not os.path.exists(STATE + "/state"), "the state is still there")


def after():
    up("--disk", "data.img")
    check_ledger()
    down()


main(step, before, after)
