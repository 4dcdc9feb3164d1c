# A job: runs the rows of docs/troubleshooting.md, "What Python says", each in a
# process of its own.  Without an argument, each must get what the page says;
# with "helped", what the page says that helps was done, and each row that names
# a capability or a limit must succeed.
import ctypes
import fcntl
import mmap
import multiprocessing
import os
import resource
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import traceback


class Libc:
    """Functions of the C library that raise their errno."""

    def __init__(self):
        self.lib = ctypes.CDLL(None, use_errno=True)

    def __getattr__(self, name):
        def call(*args):
            if getattr(self.lib, name)(*args) == -1:
                n = ctypes.get_errno()
                raise OSError(n, os.strerror(n))
        return call


libc = Libc()


def rows():
    """The code, the result and the help of each row."""
    text = open("troubleshooting.md").read()
    text = text.split("\n## What Python says\n")[1].split("\n## ")[0]
    for line in text.split("\n"):
        if line.startswith("| `"):
            cells = line[2:-2].split(" | ")
            yield cells[0].strip("`"), cells[1].strip("`"), cells[3]


def run(code):
    """The value, or the last line of the traceback."""
    try:
        return True, repr(eval(code))
    except BaseException as e:
        return False, traceback.format_exception_only(e)[-1].strip()


def run_apart(code):
    r, w = os.pipe()
    sink = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(20)
        os.dup2(sink[1], 1)
        os.dup2(sink[1], 2)
        os.write(w, repr(run(code)).encode())
        os._exit(0)
    os.close(w)
    os.close(sink[1])
    said = b""
    while not said.endswith(b")"):      # its children may hold the pipe
        part = os.read(r, 4096)
        if not part:
            break
        said += part
    os.close(r)
    os.close(sink[0])
    os.waitpid(pid, 0)
    return eval(said) if said else (False, "no result")


def clean():
    for name in os.listdir("/tmp"):
        path = "/tmp/" + name
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


def main():
    helped = sys.argv[1:] == ["helped"]
    n = wrong = 0
    for code, want, help in rows():
        mine = "capabilities:" in help or "limits." in help
        if helped and not mine:
            continue
        n += 1
        ok, got = run_apart(code)
        if (not ok) if helped else not got.startswith(want):
            wrong += 1
            print(f"{code}: {got}")
        clean()
    print(f"{n} rows, {wrong} wrong")


main()
