#!/usr/bin/python3
"""Arguments that name files, given as other kinds of files.  No command hangs
or ends by a signal, none replaces a device, a FIFO, a link or a folder, and
none leaves a temporary file."""
import shutil
import socket
import stat
from common import *

ENDS = (0, 1, 100, 111, 125)
LIMIT = 30
NOWHERE = ("--on", "unix:/nowhere", "--wait", "0")
# %: the argument in question; the rest is right.
COMMANDS = (
    "site % -o out", "site site -o %",
    "bundle % -o out --key alice", "bundle job -o % --key alice",
    "bundle job -o out --key %",
    "run % --key alice", "run job --key %", "run job --key alice --receipt %",
    "run job --key alice --appliance %", "run job --key alice --author-key %",
    "run -n % --site site --submitter alice",
    "run -n job --site % --submitter alice",
    "policy check %", "policy explain % job/manifest.yaml --submitter alice",
    "policy explain site % --submitter alice", "policy explain site %",
    "policy fmt %", "policy fmt -w %", "policy fmt --check %",
    "policy fmt --json %", "policy fmt --text %", "policy test %",
    "policy test site %", "verify % --appliance key.vkey",
    "verify receipt --appliance %", "status --key %",
    "status --key alice --appliance %", "ledger --key alice --receipts %",
    "up --site % --image image --ephemeral --accel tcg --wait 1",
    "up --site site --image % --ephemeral --accel tcg --wait 1",
    "up --site site --image image --disk % --accel tcg --wait 1",
    "up --site site --image image --ephemeral --runtime a=% --accel tcg "
    "--wait 1",
)
TO_APPLIANCE = ("run", "status", "ledger")


def make_socket():
    s = socket.socket(socket.AF_UNIX)
    s.bind("x")
    s.close()


def make_file(data):
    with open("x", "wb") as f:
        f.write(data)


def make_folder(rng):
    os.mkdir("x")
    with open("x/inside", "w") as f:
        f.write("stays")


def make_link(target):
    os.symlink(target, "x")


def make_node(kind, minor):
    os.mknod("x", kind | 0o666, os.makedev(1, minor))


KINDS = {
    "missing": lambda rng: None,
    "folder": make_folder,
    "fifo": lambda rng: os.mkfifo("x"),
    "null": lambda rng: make_node(stat.S_IFCHR, 3),
    "zero": lambda rng: make_node(stat.S_IFCHR, 5),
    "full": lambda rng: make_node(stat.S_IFCHR, 7),
    "socket": lambda rng: make_socket(),
    "loop": lambda rng: make_link("x"),
    "dangling": lambda rng: make_link("nowhere"),
    "link-to-file": lambda rng: (make_link("y"), open("y", "w").close()),
    "empty": lambda rng: make_file(b""),
    "junk": lambda rng: make_file(rng.randbytes(rng.randint(1, 5000))),
    "zeros": lambda rng: make_file(bytes(4096)),
    "huge": lambda rng: (make_file(b"a"), os.truncate("x", 1 << 32)),
    "closed": lambda rng: (make_file(b"a"), os.chmod("x", 0)),
}
PATHS = {"missing-folder": "no/x", "below-a-file": "alice/x", "empty-name": "",
         "long-name": "n" * 300, "trailing-slash": "alice/"}
ALLOWED_NEW = {"out", "out.unverified", "command", "command.err", "state",
               "receipts"}


def before(rng):
    lib("default_site")
    job("job", "true")
    os.mkdir("tools")
    # Nothing may boot: the image is a text.
    for name in ("image", "receipt", "key.vkey"):
        with open(name, "w") as f:
            f.write("text\n")


def look(path):
    """What must not change; a regular file may get other bytes."""
    if not os.path.lexists(path):
        return None
    st = os.lstat(path)
    kind = stat.S_IFMT(st.st_mode)
    if kind == stat.S_IFDIR:
        return kind, st.st_ino, sorted(os.listdir(path))
    if kind == stat.S_IFREG:
        return kind
    return kind, st.st_ino, st.st_rdev


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def step(n, rng):
    words = rng.choice(COMMANDS).split()
    kind = rng.choice(sorted(KINDS) + sorted(PATHS))
    for path in ("x", "y", "nowhere", "out", "no"):
        remove(path)
    if kind in KINDS:
        KINDS[kind](rng)
    argv = [CASEMATE] + [w.replace("%", PATHS.get(kind, "x")) for w in words]
    if words[0] in TO_APPLIANCE and "--site" not in words:
        argv += NOWHERE
    before, names = look("x"), set(os.listdir("."))
    note(kind)
    run(argv, ok=ENDS, limit=LIMIT)
    if before is not None:
        after = look("x")
        # --receipts and -o may fill a folder that was given for them.
        if not (kind == "folder" and "--receipts" in words):
            check(after == before, f"{kind}: was {before}, is {after}")
    new = set(os.listdir(".")) - names - ALLOWED_NEW - {"x", "y", "nowhere"}
    check(not new, f"left {new}")


main(step, before)
