#!/usr/bin/python3
"""Takes all of one thing that one signer can: greedy.py SOCKET KEY WHAT.

Says in a line of "took N: MESSAGE" what it got and how it was refused the
rest, and then goes on asking for more until it is ended.  "recorded" behind it
says that the refusal came with a receipt.
"""

import os
import socket
import struct
import sys
import threading
import time

from submit import (ACCEPTED, DATA, FINISHED, READ, REFUSED, SEND, SUBMIT,
                    Appliance, Job, command, member, order_head, sign, string,
                    take_string, tar)

PATH, KEY, WHAT = sys.argv[1:4]
JOBS = os.path.join(os.environ["CASEMATE_BUILD"], "bin", "job-")
CLIENTS = 40
FILLERS = 6
MIB = 1 << 20
kept = []


def say(*words):
    print(*words, flush=True)


def connect():
    """Another one at once when the appliance turns this one away."""
    while True:
        try:
            return Appliance(PATH)
        except (AssertionError, OSError, EOFError):
            time.sleep(0.01)


def refusal(body):
    message, rest = take_string(body[1:])
    receipt, _ = take_string(take_string(rest)[1])
    return message.decode() + (" recorded" if receipt else "")


def answer(appliance, bundle=b""):
    """None once it is accepted, else the refusal."""
    while True:
        kind, body = appliance.frame()
        if kind == REFUSED:
            return refusal(body)
        if kind == SEND and not bundle:
            return None
        if kind == SEND:
            for i in range(0, len(bundle), 32768):
                appliance.send(DATA, string(bundle[i:i + 32768]))
        elif kind in (ACCEPTED, FINISHED):
            return None


def take(ask):
    """Asks until it is refused; returns the refused request."""
    while True:
        appliance, request, refused = ask()
        if refused is not None:
            say("took %d: %s" % (len(kept), refused))
            return request
        kept.append(appliance)


def again(kind, request):
    """One client that sends the same request for ever."""
    while True:
        try:
            appliance = connect()
            appliance.send(kind, request)
            appliance.frame()
        except (OSError, EOFError):
            pass


def flood(kind, request):
    for _ in range(CLIENTS):
        threading.Thread(target=again, args=(kind, request),
                         daemon=True).start()


def signed_job(vkey, bundle=None, program="forever"):
    job = Job(vkey, JOBS + program)
    job.manifest_head = "version: 1\nname: greedy\nargv: [canary, busy]\n"
    manifest = job.manifest()
    signature = sign(KEY, job.author_namespace, manifest)
    if bundle is None:
        bundle = tar([member("manifest.yaml", manifest),
                      member("manifest.yaml.sig", signature),
                      *(member(*f) for f in job.files)])
    order = command(job, manifest, bundle)
    return (string(order) + string(sign(KEY, job.namespace, order))
            + string(manifest) + string(signature)), bundle


def jobs():
    def ask():
        appliance = connect()
        request, bundle = signed_job(appliance.vkey)
        appliance.send(SUBMIT, request)
        return appliance, request, answer(appliance, bundle)
    flood(SUBMIT, take(ask))


def memory():
    """Jobs that take memory until they are ended, one after another."""
    def eat():
        while True:
            try:
                appliance = connect()
                request, bundle = signed_job(appliance.vkey, None, "eatmem")
                appliance.send(SUBMIT, request)
                if answer(appliance, bundle) is None:
                    while appliance.frame()[0] != FINISHED:
                        say("took some")
            except (OSError, EOFError):
                pass
    for _ in range(8):
        threading.Thread(target=eat, daemon=True).start()


def bundles():
    """Announces much, and sends a little of it each second."""
    def ask():
        appliance = connect()
        request, _ = signed_job(appliance.vkey, bytes(8 * MIB))
        appliance.send(SUBMIT, request)
        return appliance, request, answer(appliance)

    def trickle(appliance):
        try:
            while True:
                appliance.send(DATA, string(bytes(100)))
                time.sleep(1)
        except OSError:
            pass
    request = take(ask)
    for appliance in kept:
        threading.Thread(target=trickle, args=(appliance,),
                         daemon=True).start()
    flood(SUBMIT, request)
    for appliance in kept:
        say("then: " + answer(appliance))


def stale(vkey):
    """Ended long ago: refused, and each refusal is a leaf."""
    job = Job(vkey)
    job.issued -= 7200
    order = order_head(job, "status")
    return string(order) + string(sign(KEY, job.namespace, order))


def fill(request, count):
    """Until so many are recorded, or one is refused without a leaf."""
    for n in range(count):
        appliance = connect()
        appliance.send(READ, request)
        refused = answer(appliance)
        if not refused.endswith("recorded"):
            return n, refused
    return count, "all recorded"


def ledger():
    request = stale(connect().vkey)
    ends = []
    some = [threading.Thread(target=lambda: ends.append(fill(request, MIB)))
            for _ in range(FILLERS)]
    for thread in some:
        thread.start()
    for thread in some:
        thread.join()
    say("took %d: %s" % (sum(n for n, _ in ends), ends[0][1]))
    flood(READ, request)


def reads():
    """Orders much of the ledger and takes none of it."""
    def ask():
        appliance = connect()
        job = Job(appliance.vkey)
        order = order_head(job, "ledger") + struct.pack(">QI", 0, 256)
        request = string(order) + string(sign(KEY, job.namespace, order))
        appliance.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        appliance.send(READ, request)
        kind, body = appliance.frame()
        return appliance, request, (refusal(body) if kind == REFUSED
                                    else None)
    fill(stale(connect().vkey), 256)
    flood(READ, take(ask))


def connections():
    """Connects and is silent; as soon as one is closed, there is another."""
    def hold():
        while True:
            try:
                appliance = connect()
                appliance.sock.settimeout(None)
                appliance.frame()
            except (OSError, EOFError):
                pass
    for _ in range(2 * CLIENTS):
        threading.Thread(target=hold, daemon=True).start()
    say("took all")


{"jobs": jobs, "bundles": bundles, "reads": reads, "ledger": ledger,
 "connections": connections, "memory": memory}[WHAT]()
while True:
    time.sleep(60)
