"""Attributes that one mount's kernel has cached never outlive a change made on the other.

usage: attributes.py DIR_A DIR_B ROUNDS
"""

import fcntl
import os
import random
import subprocess
import sys


def check(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {got}, not {wanted}")


def changes(a, b, rounds):
    """Every change that stat can show, seen by the next call on the other side."""
    rng = random.Random(1)
    with open(f"{a}/f", "w") as f:
        f.write("x")
    for i in range(rounds):
        here, there = (a, b) if i % 2 else (b, a)
        path, other = f"{here}/f", f"{there}/f"
        os.stat(path)
        os.stat(other)
        step = rng.randrange(6)
        if step == 0:
            os.truncate(path, rng.randrange(100_000))
        elif step == 1:
            os.chmod(path, rng.randrange(0o1000))
        elif step == 2:
            os.utime(path, (rng.randrange(10**9), rng.randrange(10**9)))
        elif step == 3:
            os.chown(path, rng.randrange(1000), rng.randrange(1000))
        elif step == 4:
            with open(path, "a") as f:
                f.write("y" * rng.randrange(1, 5000))
        else:
            os.link(path, f"{here}/l{i}")
        one, two = os.stat(path), os.stat(other)
        fields = ("st_size", "st_mode", "st_nlink", "st_uid", "st_gid", "st_mtime_ns", "st_ctime_ns", "st_blocks")
        for field in fields:
            check(f"round {i}, step {step}, {field}", getattr(two, field), getattr(one, field))


def seek_end(a, b):
    """An open file's end, as the kernel has cached it, moves when the other side appends."""
    for i in range(30):
        with open(f"{a}/s{i}", "w+b") as f, open(f"{b}/s{i}", "ab") as g:
            f.seek(0, os.SEEK_END)
            g.write(b"z" * 100)
            g.flush()
            check("end of file", f.seek(0, os.SEEK_END), 100)
            check("length", len(os.pread(f.fileno(), 1000, 0)), 100)


def suid(a, b):
    """A write by somebody else clears set-user-id, on both sides."""
    for path, other in ((f"{a}/u", f"{b}/u"), (f"{b}/v", f"{a}/v")):
        with open(path, "w"):
            pass
        os.chmod(path, 0o6777)
        check("mode", os.stat(other).st_mode & 0o7777, 0o6777)
        # Opened here: the directories above may be closed to others.
        with open(path, "ab") as f:
            subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "echo"], stdout=f, check=True)
        check("mode after write", os.stat(path).st_mode & 0o7777, 0o777)
        check("mode on the other side", os.stat(other).st_mode & 0o7777, 0o777)


def counter(path, rounds):
    """The size is the counter: read by stat under a lock, raised by ftruncate."""
    fd = os.open(path, os.O_RDWR)
    for _ in range(rounds):
        fcntl.lockf(fd, fcntl.LOCK_EX)
        os.ftruncate(fd, os.stat(path).st_size + 1)
        fcntl.lockf(fd, fcntl.LOCK_UN)


def race(a, b, rounds):
    with open(f"{a}/count", "w"):
        pass
    workers = [
        subprocess.Popen([sys.executable, __file__, "counter", f"{side}/count", str(rounds)])
        for side in (a, b, a, b)
    ]
    for worker in workers:
        check("worker's status", worker.wait(), 0)
    check("count on a", os.stat(f"{a}/count").st_size, 4 * rounds)
    check("count on b", os.stat(f"{b}/count").st_size, 4 * rounds)


if sys.argv[1] == "counter":
    counter(sys.argv[2], int(sys.argv[3]))
else:
    sides = sys.argv[1], sys.argv[2]
    times = int(sys.argv[3])
    changes(*sides, times)
    seek_end(*sides)
    suid(*sides)
    race(*sides, times)
    print("attributes ok")
