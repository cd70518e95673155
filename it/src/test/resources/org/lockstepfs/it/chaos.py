#!/usr/bin/env python3
"""Works on a shared volume while nodes fail, and judges afterwards what became of the work.

usage: chaos.py work NODE MOUNT JOURNAL SEED | chaos.py check|check-and-forget MOUNT JOURNAL...

JOURNAL lies on another file system. Every step whose effect has been fsynced is written to it, one line each:

    inc FILE VALUE      a counter was read as VALUE - 1 and written as VALUE under a lock
    app RECORD          a record was appended to the common log
    new NAME SHA1       a file was made
    moving NAME TO      a file is about to be renamed; it may be under either name from now on
    gone NAME           a file is about to be removed; it may be there or not from now on
    slow STEP MS        a step took longer than half a second
    dead STEP ERRNO     the node is gone under the worker, which ends

Whoever checks and forgets removes the files and empties the journals if there is no fault.

A step that is under way when its node dies may have had its effect or not, but neither half nor twice.
"""
import collections
import errno
import fcntl
import hashlib
import os
import random
import sys
import time

COUNTERS = 3
PAUSE_S = 0.02  # at most, between two steps: nodes that come back need the processors, too
NODE_IS_GONE = {errno.EIO, errno.ENOTCONN, errno.ECONNABORTED, errno.ESTALE, errno.EROFS, errno.ENODEV}


def sync_dir(path):
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


class Worker:
    def __init__(self, node, mount, journal, seed):
        self.node = node
        self.mount = mount
        self.out = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.rnd = random.Random(seed)
        self.prefix = "%s-%d-%d" % (node, seed, os.getpid())
        self.count = 0
        self.known = []
        for name in ("counters", "files", "moved"):
            os.makedirs(self.path(name), exist_ok=True)

    def path(self, *names):
        return os.path.join(self.mount, *names)

    def note(self, *words):
        os.write(self.out, (" ".join(str(w) for w in words) + "\n").encode())

    def inc(self, lock, name):
        path = self.path("counters", name)
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            lock(fd, fcntl.LOCK_EX)
            value = int(os.pread(fd, 12, 0) or b"0") + 1
            os.pwrite(fd, b"%012d" % value, 0)
            os.fsync(fd)
            self.note("inc", name, value)
            lock(fd, fcntl.LOCK_UN)
        finally:
            os.close(fd)

    def fcntl_counter(self):
        self.inc(fcntl.lockf, "fcntl%d" % self.rnd.randrange(COUNTERS))

    def flock_counter(self):
        self.inc(fcntl.flock, "flock%d" % self.rnd.randrange(COUNTERS))

    def append(self):
        record = "%s-%d" % (self.prefix, self.count)
        fd = os.open(self.path("log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(fd, (record + "\n").encode())
            os.fsync(fd)
        finally:
            os.close(fd)
        self.note("app", record)

    def create(self):
        name = os.path.join("files", "%s-%d" % (self.prefix, self.count))
        data = self.rnd.randbytes(self.rnd.choice([0, 100, 5_000, 60_000]))
        with open(self.path(name), "xb") as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
        sync_dir(self.path("files"))
        self.note("new", name, hashlib.sha1(data).hexdigest())
        self.known.append(name)

    def rename(self):
        if self.known:
            name = self.known.pop(self.rnd.randrange(len(self.known)))
            to = name.replace("files/", "moved/")
            self.note("moving", name, to)
            os.rename(self.path(name), self.path(to))

    def remove(self):
        if len(self.known) > 5:
            name = self.known.pop(0)
            self.note("gone", name)
            os.unlink(self.path(name))

    def run(self):
        steps = [self.fcntl_counter, self.flock_counter, self.append, self.create, self.rename, self.remove]
        while True:
            self.count += 1
            step = self.rnd.choice(steps)
            start = time.monotonic()
            try:
                step()
            except OSError as e:
                if e.errno not in NODE_IS_GONE:
                    self.note("failed", step.__name__, str(e).replace(" ", "_"))
                    raise
                self.note("dead", step.__name__, errno.errorcode[e.errno])
                return
            ms = int((time.monotonic() - start) * 1000)
            if ms > 500:
                self.note("slow", step.__name__, ms)
            time.sleep(self.rnd.random() * PAUSE_S)


class Judge:
    def __init__(self, mount, journals):
        self.mount = mount
        self.journals = journals
        self.faults = []
        self.increments = collections.defaultdict(list)
        self.records, self.files, self.moved, self.gone = [], {}, {}, set()
        for journal in journals:
            with open(journal) as lines:
                for line in lines:
                    self.read(line.split())

    def read(self, words):
        kind = words[0]
        if kind == "inc":
            self.increments[words[1]].append(int(words[2]))
        elif kind == "app":
            self.records.append(words[1])
        elif kind == "new":
            self.files[words[1]] = words[2]
        elif kind == "moving":
            self.moved[words[1]] = words[2]
        elif kind == "gone":
            self.gone.add(words[1])
        elif kind == "failed":
            self.faults.append(" ".join(words))

    def path(self, *names):
        return os.path.join(self.mount, *names)

    def counters(self):
        for name, values in self.increments.items():
            with open(self.path("counters", name), "rb") as f:
                final = int(f.read())
            doubled = [v for v, n in collections.Counter(values).items() if n > 1]
            if doubled:
                self.faults.append("counter %s: %s was written twice" % (name, doubled[:5]))
            if final < max(values):
                self.faults.append("counter %s is %d, %d was synced" % (name, final, max(values)))

    def log(self):
        with open(self.path("log"), "rb") as f:
            log = f.read()
        seen = collections.Counter(log.decode(errors="replace").split("\n")[:-1])
        lost = [r for r in self.records if r not in seen]
        doubled = [r for r, n in seen.items() if n > 1]
        if lost:
            self.faults.append("log of %d bytes lacks %d records, first %s; it begins with %r" % (len(log), len(lost), lost[0], log[:400]))
        if doubled:
            self.faults.append("log has records twice: %s" % doubled[:5])
        if b"\0" in log:
            self.faults.append("log of %d bytes has zeroes from %d on" % (len(log), log.index(b"\0")))

    def contents(self):
        for name, sha1 in self.files.items():
            places = [n for n in (name, self.moved.get(name)) if n and os.path.exists(self.path(n))]
            if len(places) > 1:
                self.faults.append("%s has two names" % name)
            elif not places and name not in self.gone:
                self.faults.append("%s is lost" % name)
            elif places:
                with open(self.path(places[0]), "rb") as f:
                    if hashlib.sha1(f.read()).hexdigest() != sha1:
                        self.faults.append("%s has other contents" % places[0])

    def forget(self):
        """Removes what has been judged, so that a round takes as long as the one before; counters go on."""
        for place in ("files", "moved"):
            for name in os.listdir(self.path(place)):
                os.unlink(self.path(place, name))
        os.truncate(self.path("log"), 0)
        for journal in self.journals:
            os.truncate(journal, 0)
        with open(self.journals[0], "w") as out:
            for name, values in self.increments.items():
                out.write("inc %s %d\n" % (name, max(values)))

    def run(self, forgets):
        self.counters()
        self.log()
        self.contents()
        if self.faults:
            sys.exit("\n".join(self.faults[:20]))
        if forgets:
            self.forget()
        steps = sum(len(v) for v in self.increments.values())
        print("chaos ok: %d increments, %d records, %d files" % (steps, len(self.records), len(self.files)))


if sys.argv[1] == "work":
    Worker(sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5])).run()
else:
    Judge(sys.argv[2], sys.argv[3:]).run(sys.argv[1] == "check-and-forget")
