#!/usr/bin/python3
"""Submits one job with one thing wrong: submit.py SOCKET KEY CASE [RECEIPT].

Speaks the client protocol of docs/protocols.md by itself, so that it can say
what `casemate run' would never say.  Prints the appliance's refusal as
`reason-number message' and exits 125, or prints `accepted' and exits 0.
"""

import hashlib
import io
import os
import socket
import struct
import subprocess
import sys
import tarfile
import time

HELLO, SUBMIT, SEND, DATA, ACCEPTED, OUTPUT, FINISHED, REFUSED = (
    0x01, 0x10, 0x11, 0x12, 0x13, 0x15, 0x17, 0x19)
READ = 0x22
PROGRAM = os.path.join(os.environ["CASEMATE_BUILD"], "bin", "job-hello")


def string(b):
    if isinstance(b, str):
        b = b.encode()
    return struct.pack(">I", len(b)) + b


def take_string(b):
    n, = struct.unpack(">I", b[:4])
    return b[4:4 + n], b[4 + n:]


def sign(key, namespace, data):
    return subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", namespace],
        input=data, capture_output=True, check=True).stdout


class Appliance:
    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(path)
        self.sock.sendall(b"CONNECT 1024\n")
        while not self.read(1) == b"\n":
            pass
        kind, body = self.frame()
        assert kind == HELLO, kind
        _, body = take_string(body)
        self.vkey, _ = take_string(body[4:])

    def read(self, n):
        got = b""
        while len(got) < n:
            part = self.sock.recv(n - len(got))
            if not part:
                raise EOFError("the appliance closed the connection")
            got += part
        return got

    def frame(self):
        n, kind = struct.unpack(">IB", self.read(5))
        return kind, self.read(n - 1)

    def send(self, kind, body):
        self.sock.sendall(struct.pack(">IB", len(body) + 1, kind) + body)

    def end(self, bundle):
        """Sends the bundle when asked to; returns the frame that ends it."""
        while True:
            kind, body = self.frame()
            if kind == SEND:
                for i in range(0, len(bundle), 32768):
                    self.send(DATA, string(bundle[i:i + 32768]))
            elif kind in (REFUSED, FINISHED):
                return kind, body

    def verdict(self, bundle, receipt):
        """Prints how it ends, and ends the process."""
        kind, body = self.end(bundle)
        if kind == FINISHED:
            print("accepted")
            sys.exit(0)
        message, rest = take_string(body[1:])
        _, rest = take_string(rest)
        proof, _ = take_string(rest)
        with open(receipt, "wb") as f:
            f.write(proof)
        print(body[0], message.decode())
        sys.exit(125)


class Job:
    """A good submission; each case spoils one thing before it is signed.

    What an author chose, but for names of job and runtime, has the word
    canary: no refusal may have it on the console or in a leaf, unless the leaf
    withholds it.
    """

    def __init__(self, vkey, program=PROGRAM):
        with open(program, "rb") as f:
            self.program = f.read()
        self.files = [("files/canary", self.program)]
        self.manifest_head = "version: 1\nname: bad\nargv: [canary, --t=canary]\n"
        self.manifest_tail = ""
        self.appliance = vkey
        self.namespace = "casemate-command"
        self.author_namespace = "casemate-manifest"
        self.issued = int(time.time())
        self.lifetime = 600
        self.digest = hashlib.sha256(self.program).hexdigest()

    def manifest(self):
        return (self.manifest_head + "files:\n  - path: canary\n"
                "    sha256: %s\n    executable: true\n" % self.digest
                + self.manifest_tail).encode()


def member(name, data=b"", **fields):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.mode = 0o755
    for k, v in fields.items():
        setattr(info, k, v)
    return info, data


def tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as t:
        for info, data in members:
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def order_head(job, verb):
    return (string("casemate-command@v1") + string(verb)
            + string(job.appliance) + string(os.urandom(32))
            + struct.pack(">QQ", job.issued, job.issued + job.lifetime))


def command(job, manifest, bundle, verb="run"):
    return (order_head(job, verb)
            + string(hashlib.sha256(manifest).digest())
            + string(hashlib.sha256(bundle).digest())
            + struct.pack(">Q", len(bundle)))


EXTRA = {  # bundle cases: members added after the good ones
    "dotdot": [member("files/../../canary", b"x")],
    "absolute": [member("/files/canary", b"x")],
    "symlink": [member("files/canary1", type=tarfile.SYMTYPE,
                       linkname="/etc/canary")],
    "hardlink": [member("files/canary1", type=tarfile.LNKTYPE,
                        linkname="files/canary")],
    "device": [member("files/canary1", type=tarfile.CHRTYPE,
                      devmajor=1, devminor=3)],
    "fifo": [member("files/canary1", type=tarfile.FIFOTYPE)],
    "extra-file": [member("files/canary1", b"x")],
    "twice": [member("files/canary", b"x")],
    "elsewhere": [member("canary/place", b"x")],
}
MANIFEST = {  # manifest cases: text put after the good one
    "unknown-field": "canary: red\n",
    "repeated-key": "name: canary\n",
    "wrong-type": "limits:\n  processes: canary\n",
    "long-scalar": "env:\n  LONG: canary" + "x" * 20000 + "\n",
    "megabyte-scalar": "env:\n  LONG: " + "x" * (1 << 20) + "\n",
    "anchor": "env: &canary\n  A: b\n",
    "huge-limit": "limits:\n  memory_mib: 1000000000\n",
    "capability": "capabilities: [exec-memory, canary]\n",
    "secret": "secrets: [canary-password]\n",
}


def spoil(job, case):
    if case in MANIFEST:
        job.manifest_tail = MANIFEST[case]
    elif case == "wrong-appliance":
        job.appliance = b"casemate/other+00000000+" + b"A" * 44
    elif case == "stale":
        job.issued -= 7200
    elif case == "future":
        job.issued += 7200
    elif case == "command-namespace":
        job.namespace = "casemate-manifest"
    elif case == "manifest-namespace":
        job.author_namespace = "casemate-command"
    elif case == "missing-argv0":
        job.manifest_head = job.manifest_head.replace("[canary", "[canary1")
    elif case == "forgotten-commas":
        job.manifest_head = job.manifest_head.replace(",", "")
    elif case == "runtime":
        job.manifest_head += "runtime: unattached\n"


def submission(job, key, case):
    manifest = job.manifest()
    signature = sign(key, job.author_namespace, manifest)
    if case == "changed-manifest":
        manifest = manifest.replace(b"name: bad", b"name: bax")
    members = [member("manifest.yaml", manifest),
               member("manifest.yaml.sig", signature)]
    for name, data in job.files:
        if case == "changed-file":
            data = data[:-1] + bytes([data[-1] ^ 1])
        if case != "missing-file":
            members.append(member(name, data))
    members += EXTRA.get(case, [])
    bundle = tar(members)
    if case == "truncated-header":
        bundle = bundle[:512 * 5 + 100]
    order = command(job, manifest, bundle)
    order_sig = sign(key, job.namespace, order)
    if case == "changed-bundle":
        bundle = bundle[:-600] + b"x" + bundle[-599:]
    if case == "changed-command":
        order = order[:-1] + bytes([order[-1] ^ 1])
    body = (string(order) + string(order_sig)
            + string(manifest) + string(signature))
    return body, bundle


def raw(appliance, case):
    """Cases below the protocol: what is sent instead of a SUBMIT."""
    if case == "garbage":
        appliance.sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    elif case == "four-gib":
        appliance.sock.sendall(struct.pack(">IB", 0xffffffff, SUBMIT))
    elif case == "half-a-frame":
        appliance.sock.sendall(struct.pack(">IB", 1000, SUBMIT) + b"half")
    elif case == "empty-frame":
        appliance.sock.sendall(struct.pack(">I", 0))
    elif case == "data-first":
        appliance.send(DATA, string(b"x"))
    else:
        sys.exit("no such case: " + case)


RAW = ("garbage", "four-gib", "half-a-frame", "empty-frame", "data-first")


def main():
    path, key, case = sys.argv[1:4]
    receipt = sys.argv[4] if len(sys.argv) > 4 else os.devnull
    appliance = Appliance(path)
    if case in RAW:
        raw(appliance, case)
        appliance.verdict(b"", receipt)
    job = Job(appliance.vkey)
    spoil(job, case)
    body, bundle = submission(job, key, case)
    if case == "replay":
        pid = os.fork()
        if pid == 0:
            appliance.send(SUBMIT, body)
            appliance.verdict(bundle, os.devnull)
        assert os.waitpid(pid, 0)[1] == 0, "the first was not accepted"
        appliance = Appliance(path)
    appliance.send(SUBMIT, body)
    appliance.verdict(bundle, receipt)


if __name__ == "__main__":
    main()
