#!/usr/bin/python3
"""Boots with clocks of other times, each followed by one with the right time.
Nothing hangs, all stops are clean, and the right time works again."""
from common import *

TIMES = ("1970-01-01T00:00:00", "1999-12-31T23:59:58", "2026-01-01T00:00:00",
         "2037-12-31T23:59:58", "2038-01-19T03:14:06", "2038-01-19T03:14:08",
         "2099-12-31T23:59:58", "2106-02-07T06:28:14")


def before(rng):
    lib("default_site")
    job("hello", "hello")


def boot(env, ok):
    """Returns whether it went up."""
    result = up("--disk", "data.img", "--wait", "90", ok=ok, env=env)
    if result.status != 0:
        check("  | " in result.err, "up failed without a word")
        return False
    return True


def step(n, rng):
    env = {"QEMU_RTC": rng.choice(TIMES),
           "QEMU_CPUS": str(rng.choice((1, 2)))}
    if boot(env, (0, 1)):
        for _ in range(rng.randint(1, 3)):
            command("run", "hello", "--wait", "5", ok=(0, 125))
        command("status", ok=(0, 1))
        down()
    check_console()
    boot({}, (0,))
    command("run", "hello")
    check_ledger()
    down()
    check_console()


main(step, before)
