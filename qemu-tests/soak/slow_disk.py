#!/usr/bin/python3
"""A data disk with few operations a second.  What is slow is said or done, no
stop is cut, and nothing is lost."""
from common import *


def before(rng):
    lib("default_site")
    job("hello", "hello")


def step(n, rng):
    env = {"QEMU_IOPS": str(rng.choice((5, 10, 20, 50, 200)))}
    note(env)
    result = up("--disk", "data.img", "--wait", "150", ok=(0, 1), env=env)
    if result.status == 0:
        running = [start_job("hello", f"job{i}", "--wait", "60")
                   for i in range(rng.randint(1, 3))]
        if rng.random() < 0.5:
            time.sleep(rng.random() * 5)
        else:
            for process in running:
                end(process, "run")
        down("--wait", "100")
        for i, process in enumerate(running):
            status = end(process, "run")
            note(f"job{i}: {status} {read(f'job{i}.err').strip()}")
    check_console()
    up("--disk", "data.img")
    check_ledger()
    command("run", "hello")
    down()


main(step, before)
