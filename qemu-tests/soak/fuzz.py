#!/usr/bin/python3
"""Fuzzers, each for some seconds from its seeds.  What they find is in
build/found, as after `make fuzz'."""
from common import *


def fuzzers():
    root = BUILD + "/fuzzers"
    for folder, _, files in os.walk(root):
        for name in files:
            yield os.path.relpath(f"{folder}/{name}", root)


def step(n, rng):
    names = sorted(fuzzers())
    if not names:
        sys.exit(77)
    run([SRC + "/qemu-tests/fuzz", "20", rng.choice(names)], limit=200,
        env={"B": BUILD})


main(step)
