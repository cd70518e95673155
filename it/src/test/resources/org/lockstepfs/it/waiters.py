"""500 processes on two mounts wait for one lock: waiters.py fcntl|flock grant|interrupt A B PID...

Prints what went wrong, then "waiters ok". PIDs are the daemons', whose threads are counted.
"""

import fcntl
import os
import signal
import struct
import sys
import time

COUNT = 500
DEADLINE = time.monotonic() + 50
kind, ending, a, b = sys.argv[1:5]
daemons = [int(pid) for pid in sys.argv[5:]]
name = "waiters-%s-%s" % (kind, ending)
problems = []


class Signalled(Exception):
    pass


def on_signal(number, frame):
    raise Signalled()


def lock(file, flags):
    (fcntl.lockf if kind == "fcntl" else fcntl.flock)(file, flags)


def child(path, ready):
    signal.signal(signal.SIGUSR1, on_signal)
    try:
        with open(path, "r+b") as file:
            os.write(ready, b".")
            lock(file, fcntl.LOCK_EX)
            lock(file, fcntl.LOCK_UN)
        return 0
    except Signalled:
        return 1


def threads():
    counts = []
    for pid in daemons:
        with open("/proc/%d/status" % pid) as status:
            counts += [int(line.split()[1]) for line in status if line.startswith("Threads:")]
    return counts


def free(path):
    """Whether nobody holds or awaits anything, as F_GETLK or a non-blocking flock sees it."""
    with open(path, "r+b") as file:
        if kind == "flock":
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except OSError:
                return False
        asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)
        return struct.unpack("hhqqi4x", fcntl.fcntl(file, fcntl.F_GETLK, asked))[0] == fcntl.F_UNLCK


with open(os.path.join(a, name), "wb") as file:
    file.write(b"x")
holder = open(os.path.join(a, name), "r+b")
lock(holder, fcntl.LOCK_EX)
before = threads()
read_end, write_end = os.pipe()
children = []
for i in range(COUNT):
    pid = os.fork()
    if pid == 0:
        holder = None if kind == "fcntl" else holder
        status = 2
        try:
            status = child(os.path.join((a, b)[i % 2], name), write_end)
        finally:
            os._exit(status)
    children.append(pid)
    # One opens at a time, so that the daemon needs no more threads for that.
    os.read(read_end, 1)
time.sleep(1.5)
during = threads()
for old, new in zip(before, during):
    if new > old + 10:
        problems.append("daemon threads went from %d to %d" % (old, new))

expected = 0
if ending == "grant":
    lock(holder, fcntl.LOCK_UN)
else:
    expected = 1
    for pid in children:
        os.kill(pid, signal.SIGUSR1)
ends = {}
while children and time.monotonic() < DEADLINE:
    pid, status = os.waitpid(-1, os.WNOHANG)
    if pid == 0:
        time.sleep(0.01)
        continue
    children.remove(pid)
    code = os.waitstatus_to_exitcode(status)
    ends[code] = ends.get(code, 0) + 1
for pid in children:
    os.kill(pid, signal.SIGKILL)
if ends != {expected: COUNT}:
    problems.append("ends %s, %d never ended" % (ends, len(children)))
if ending == "interrupt":
    lock(holder, fcntl.LOCK_UN)
holder.close()
for mount in (a, b):
    if not free(os.path.join(mount, name)):
        problems.append("something is left behind, seen from " + mount)
for problem in problems:
    print("FAIL", problem)
print("threads before %s, during %s" % (before, during))
print("waiters ok" if not problems else "waiters failed")
