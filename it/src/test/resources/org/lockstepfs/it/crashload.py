#!/usr/bin/env python3
"""Makes a load whose fsynced files are known, and checks them after a crash.

usage: crashload.py load MOUNT LOG ROUND | check MOUNT LOG

LOG lies on another file system. A line "NAME SIZE SHA1" is written to it after the file was fsynced, and
"gone NAME" before a file is removed; a file that is gone, or about to be, may be there or not.
"""
import hashlib
import os
import random
import sys


def load(mount, log, number):
    rnd = random.Random(number)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    top = os.path.join(mount, "round-%d" % number)
    os.makedirs(top, exist_ok=True)
    known, step = [], 0
    while True:
        step += 1
        name = "round-%d/%s%d" % (number, rnd.choice(["", "sub/"]), step)
        path = os.path.join(mount, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        data = rnd.randbytes(rnd.choice([10, 3000, 50_000, 700_000]))
        with open(path, "wb") as f:
            f.write(data)
            f.flush()
            if step % 3 == 0:
                os.fsync(f.fileno())
                os.write(out, b"%s %d %s\n" % (name.encode(), len(data), hashlib.sha1(data).hexdigest().encode()))
                known.append(name)
        if step % 7 == 0:
            os.rename(path + "x" if os.path.exists(path + "x") else path, path + "y") if name not in known else None
        if len(known) > 6:
            victim = known.pop(0)
            os.write(out, b"gone %s\n" % victim.encode())
            os.unlink(os.path.join(mount, victim))


def check(mount, log):
    if not os.path.exists(log):
        return
    files, gone = {}, set()
    with open(log) as lines:
        for line in lines:
            words = line.split()
            if words[0] == "gone":
                gone.add(words[1])
            else:
                files[words[0]] = (int(words[1]), words[2])
    for name, (size, sha1) in files.items():
        if name in gone:
            continue
        with open(os.path.join(mount, name), "rb") as f:
            data = f.read()
        if (len(data), hashlib.sha1(data).hexdigest()) != (size, sha1):
            sys.exit("%s: %d bytes, %d synced; contents differ" % (name, len(data), size))
    # The tree can be walked, and everything in it be read and changed.
    for top, dirs, names in os.walk(mount):
        for name in names:
            with open(os.path.join(top, name), "rb") as f:
                f.read()
    print("%d synced files are whole" % (len(files) - len(gone)))


if __name__ == "__main__":
    if sys.argv[1] == "load":
        load(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        check(sys.argv[2], sys.argv[3])
