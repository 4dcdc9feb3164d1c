#!/usr/bin/python3
"""Services, clients and QEMU are killed while jobs run; the ledger is checked
afterwards."""
from common import *

excused = set()
SERVICES = ("gate", "runner", "keyd", "ledgerd")
# After these, an accepted job may stay without an end.
LOSES_ENDS = ("runner", "ledgerd", "keyd", "qemu")


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
        kill_service(what)


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
    running = [start_job(name, name, "--wait", "20") for name in names]
    time.sleep(rng.random() * 1.5)
    what = rng.choice(("client", "qemu") + SERVICES)
    kill(what, running, rng)
    if what in LOSES_ENDS:
        excused.update(names)
    for name, process in zip(names, running):
        status = end(process, "run " + name)
        note(f"{name}: {status} {read(name + '.err').strip()}")
        for text in KEEPS_NO_PROMISE:
            check(text not in read(name + ".err"), f"{name}: {text}")
    check_console()
    if what == "qemu":
        boot(rng)
    command("run", "last", "--receipt", "last.receipt", quiet=True)


def after():
    check_ledger(excused)
    down()
    check_console()


main(step, before, after)
