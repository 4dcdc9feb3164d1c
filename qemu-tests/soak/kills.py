#!/usr/bin/python3
"""Services, clients and QEMU are killed while jobs run; the ledger is checked
afterwards."""
from common import *

excused, doubled = set(), set()
SERVICES = ("gate", "runner", "keyd", "ledgerd")
# After these, an accepted job may stay without an end, and after ledgerd an end
# may be there twice, as docs/sandbox.md says.
LOSES_ENDS = ("runner", "ledgerd", "qemu")


def boot(rng):
    up("--disk", "data.img", "--cpus", str(rng.choice((1, 2, 4))))


def before(rng):
    lib("default_site")
    boot(rng)
    lib("elf_job", "last", "hello")


def kill(what, running, rng):
    if what == "client":
        rng.choice(running).kill()
    elif what == "qemu":
        kill_qemu()
    else:
        again = what + " is ready again"
        before = read(CONSOLE).count(again)
        kill_service(what)
        wait_for(60, lambda: read(CONSOLE).count(again) > before, again)


def step(n, rng):
    names = [f"s{n}-{i}" for i in range(rng.randint(1, 4))]
    for name in names:
        program = rng.choice(("hello", "forever", "spew", "forkbomb"))
        lib("elf_job", name, program)
        text = read(name + "/manifest.yaml")
        with open(name + "/manifest.yaml", "w") as f:
            f.write(text.replace(f"name: {program}", f"name: {name}"))
            f.write("limits:\n  wall_seconds: 3\n  memory_mib: 24\n"
                    "  output_kib: 64\n")
    running = [start_job(name, name + ".out", "--wait", "20") for name in names]
    time.sleep(rng.random() * 1.5)
    what = rng.choice(("client", "qemu") + SERVICES)
    kill(what, running, rng)
    if what in LOSES_ENDS:
        excused.update(names)
    if what == "ledgerd":
        doubled.update(names)
    for name, process in zip(names, running):
        status = end(process, "run " + name)
        note(f"{name}: {status} {read(name + '.out.err').strip()}")
        for text in KEEPS_NO_PROMISE:
            check(text not in read(name + ".out.err"), f"{name}: {text}")
    check_console()
    if what == "qemu":
        boot(rng)
    command("run", "last", "--receipt", "last.receipt", quiet=True)


def after():
    check_ledger(excused, doubled)
    down()
    check_console()


main(step, before, after)
