#!/usr/bin/env python3
"""The host's half of the end-to-end test of casemate-vsock.

    e2e.py BACKEND KERNEL INITRD MACHINE [WORDS...]

Boots KERNEL with INITRD (guest.c as init) on QEMU's MACHINE (microvm or q35;
WORDS go to the kernel's command line), with BACKEND as its vsock device, and
runs every scenario.  Prints one line each; exits 1 at the first failure.
"""
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ECHO, SINK, SOURCE, SLEEPER, HALF, DIAL, DEAF, RESET, SMALL = range(1024, 1033)
LIMIT = 60      # seconds for anything at all
MB = 1 << 20


def checksum(data):
    """FNV-1a, 32 bits."""
    h = 2166136261
    for b in data:
        h = ((h ^ b) * 16777619) & 0xffffffff
    return h


def pattern(n):
    out = bytearray(n)
    x = 1
    for i in range(n):
        x = (x * 1664525 + 1013904223) & 0xffffffff
        out[i] = x >> 24
    return bytes(out)


def check(what, cond):
    if not cond:
        raise AssertionError(what)


class Refused(Exception):
    pass


class Vm:
    def __init__(self, backend, kernel, initrd, machine, words, extra=()):
        # Relative: a socket's path has 107 bytes.
        self.dir = os.path.relpath(tempfile.mkdtemp(prefix="vsock-e2e.",
                                                    dir="."))
        self.uds = self.dir + "/v.sock"
        self.console = self.dir + "/console"
        ours, theirs = socket.socketpair()
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.uds)
        listener.listen(1024)
        fds = (ours.fileno(), listener.fileno())
        self.log = open(self.dir + "/log", "wb+")
        self.backend = subprocess.Popen(
            [backend, "--cid", "42", "--vhost-fd", str(fds[0]), "--uds-fd",
             str(fds[1]), "--allow-port", "5000", "--once", *extra],
            pass_fds=fds, stderr=self.log)
        ours.close()
        listener.close()
        kind = "device" if machine == "microvm" else "pci"
        argv = ["qemu-system-x86_64", "-M", machine, "-accel", "tcg", "-cpu",
                "max", "-m", "192M", "-nodefaults", "-no-user-config",
                "-display", "none", "-object",
                "memory-backend-memfd,id=m,size=192M,share=on", "-machine",
                "memory-backend=m", "-kernel", kernel, "-initrd", initrd,
                "-append", "console=ttyS0 quiet panic=-1 reboot=t " +
                " ".join(words), "-serial", "file:" + self.console,
                "-chardev", "socket,id=vs,fd=%d" % theirs.fileno(),
                "-device", "vhost-user-vsock-%s,chardev=vs" % kind,
                "-qmp", "unix:%s/qmp,server=on,wait=off" % self.dir]
        if machine == "microvm":
            argv += ["-global", "virtio-mmio.force-legacy=false"]
        self.qemu = subprocess.Popen(argv, pass_fds=(theirs.fileno(),))
        theirs.close()
        self.wait_ready(1)

    def wait_ready(self, times):
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            try:
                with open(self.console, "rb") as f:
                    if f.read().count(b"vsock-guest: ready, cid 42") >= times:
                        return
            except FileNotFoundError:
                pass
            check("QEMU ended", self.qemu.poll() is None)
            time.sleep(0.05)
        with open(self.console, "rb") as f:
            sys.stdout.write(f.read().decode("latin1"))
        raise AssertionError("guest is not ready")

    def wait_console(self, text):
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            with open(self.console, "rb") as f:
                if text in f.read():
                    return
            time.sleep(0.05)
        raise AssertionError("not on the console: %r" % text)

    def connect(self, port, tail=b""):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(LIMIT)
        s.connect(self.uds)
        s.sendall(b"CONNECT %d\n" % port + tail)
        line = b""
        while not line.endswith(b"\n"):
            c = s.recv(1)
            if not c:
                raise Refused()
            line += c
        check("OK line %r" % line, line.startswith(b"OK "))
        return s

    def qmp(self, *commands):
        import json
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(LIMIT)
        s.connect(self.dir + "/qmp")
        f = s.makefile("rw")
        f.readline()
        for c in ("qmp_capabilities",) + commands:
            f.write(json.dumps({"execute": c}) + "\n")
            f.flush()
            while "return" not in json.loads(f.readline()):
                pass
        s.close()

    def close(self):
        self.qemu.kill()
        self.qemu.wait()
        rc = self.backend.wait(LIMIT)
        self.log.seek(0)
        text = self.log.read().decode()
        check("backend exits %d, says %r" % (rc, text), rc == 0 and not text)


def read_all(s):
    out = bytearray()
    while True:
        b = s.recv(65536)
        if not b:
            return bytes(out)
        out += b


def echo_once(s, data):
    got = bytearray()

    def reader():
        while len(got) < len(data):
            b = s.recv(65536)
            if not b:
                return
            got.extend(b)
    t = threading.Thread(target=reader)
    t.start()
    s.sendall(data)
    t.join(LIMIT)
    check("echo differs", bytes(got) == data)


def t_echo(vm, data):
    s = vm.connect(ECHO)
    echo_once(s, data)
    s.shutdown(socket.SHUT_WR)
    check("EOF after echo", s.recv(1) == b"")


def t_first_bytes(vm, data):
    s = vm.connect(SINK, data[:1000])
    s.shutdown(socket.SHUT_WR)
    check("sink", read_all(s) == b"1000 %08x\n" % checksum(data[:1000]))


def t_half_close_host(vm, data):
    s = vm.connect(SINK)
    s.sendall(data)
    s.shutdown(socket.SHUT_WR)
    check("sink", read_all(s) == b"%d %08x\n" % (len(data), checksum(data)))


def t_half_close_guest(vm, data):
    s = vm.connect(HALF)
    check("EOF", s.recv(1) == b"")
    s.sendall(data[:300000])
    s.close()
    vm.wait_console(b"half 300000 %08x" % checksum(data[:300000]))


def t_source(vm, data):
    s = vm.connect(SOURCE, b"%d\n" % len(data))
    check("source", read_all(s) == data)


def t_slow_host(vm, data):
    s = vm.connect(SOURCE, b"%d\n" % len(data))
    time.sleep(1)
    check("source", read_all(s) == data)


def t_slow_guest(vm, data):
    t_sleeper = vm.connect(SLEEPER)
    echo_once(t_sleeper, data)


def t_small_buffer(vm, data):
    s = vm.connect(SMALL)
    check("go", s.recv(3, socket.MSG_WAITALL) == b"go\n")
    s.sendall(data[:500000])
    s.shutdown(socket.SHUT_WR)
    check("small", read_all(s) == b"500000 %08x\n" % checksum(data[:500000]))


def t_deaf(vm, data):
    s = vm.connect(DEAF)
    end = time.monotonic() + LIMIT
    try:
        while time.monotonic() < end:
            s.sendall(b"x" * 4096)
        check("no EPIPE", False)
    except BrokenPipeError:
        pass
    check("last words", read_all(s) == b"still here\n")


def t_no_listener(vm, data):
    try:
        vm.connect(4711)
        check("OK from nobody", False)
    except Refused:
        pass


def t_dial(vm, data):
    host = socket.socket(socket.AF_UNIX)
    host.bind(vm.uds + "_5000")
    host.listen()
    host.settimeout(LIMIT)
    s = vm.connect(DIAL, b"5000\n")
    c, _ = host.accept()
    c.settimeout(LIMIT)
    echo_once(c, data)
    c.close()
    check("done", read_all(s) == b"done\n")
    for port in (5001, 22):
        s = vm.connect(DIAL, b"%d\n" % port)
        check("port %d" % port, read_all(s) == b"104\n")    # ECONNRESET


def t_many(vm, data):
    socks = [vm.connect(ECHO) for _ in range(64)]
    errors = []

    def one(i, s):
        try:
            echo_once(s, data[i:] + data[:i])
        except Exception as e:      # to the main thread
            errors.append(e)
    ts = [threading.Thread(target=one, args=a) for a in enumerate(socks)]
    for t in ts:
        t.start()
    for t in ts:
        t.join()
    check("many: %r" % errors, not errors)
    for s in socks:
        s.close()


def t_vanish(vm, data):
    for i in range(50):
        s = socket.socket(socket.AF_UNIX)
        s.connect(vm.uds)
        s.send((b"CONNECT 1024\nabc", b"CONN", b"", b"CONNECT 1026\n99999999\n")
               [i % 4])
        s.close()
    for i in range(20):
        s = vm.connect(SOURCE, b"99999999\n")
        s.recv(1)
        s.close()
    t_echo(vm, data)


def t_rate(vm, data):
    t = time.monotonic()
    for _ in range(200):
        s = vm.connect(ECHO)
        s.sendall(b"x")
        check("x", s.recv(1) == b"x")
        s.close()
    print("  %.0f connections/s" % (200 / (time.monotonic() - t)))


def t_throughput(vm, data):
    s = vm.connect(SOURCE, b"%d\n" % (32 * MB))
    t = time.monotonic()
    n = len(read_all(s))
    print("  guest to host %.0f MB/s" % (n / MB / (time.monotonic() - t)))
    s = vm.connect(SINK)
    t = time.monotonic()
    s.sendall(bytes(32 * MB))
    s.shutdown(socket.SHUT_WR)
    read_all(s)
    print("  host to guest %.0f MB/s" % (32 / (time.monotonic() - t)))


def t_pause(vm, data):
    s = vm.connect(ECHO)
    vm.qmp("stop")
    s.sendall(b"while you slept")
    vm.qmp("cont")
    check("pause", s.recv(100) == b"while you slept")


def t_reset(vm, data, by_guest):
    s = vm.connect(ECHO)
    echo_once(s, b"before")
    if by_guest:
        try:
            vm.connect(RESET)
        except Refused:
            pass    # it may be gone before its answer is out
    else:
        vm.qmp("system_reset")
    check("EOF on reset", read_all(s) == b"")
    with open(vm.console, "rb") as f:
        seen = f.read().count(b"vsock-guest: ready, cid 42")
    vm.wait_ready(max(seen, 2 if not by_guest else 3))
    t_echo(vm, data)


def t_killed(vm, data):
    s = vm.connect(ECHO)
    os.kill(vm.qemu.pid, signal.SIGKILL)
    check("EOF on SIGKILL", s.recv(1) == b"")


def main():
    backend, kernel, initrd, machine = sys.argv[1:5]
    data = pattern(4 * MB)
    vm = Vm(backend, kernel, initrd, machine, sys.argv[5:])
    tests = [
        (t_echo, data), (t_first_bytes, data), (t_half_close_host, data),
        (t_half_close_guest, data), (t_source, data), (t_slow_host, data),
        (t_slow_guest, data), (t_small_buffer, data), (t_deaf, data),
        (t_no_listener, data), (t_dial, data), (t_many, data[:MB]),
        (t_vanish, data), (t_rate, data), (t_throughput, data),
        (t_pause, data), (t_reset, data, False), (t_reset, data, True),
        (t_killed, data),
    ]
    try:
        for fn, *args in tests:
            t = time.monotonic()
            fn(vm, *args)
            print("ok %s (%.1f s)" % (fn.__name__, time.monotonic() - t),
                  flush=True)
        vm.close()
    except BaseException as e:
        print("FAILED %s: %r" % (fn.__name__, e))
        vm.qemu.kill()
        vm.backend.kill()
        vm.log.seek(0)
        print(vm.log.read().decode())
        with open(vm.console, "rb") as f:
            print(f.read().decode("latin1")[-2000:])
        sys.exit(1)


main()
