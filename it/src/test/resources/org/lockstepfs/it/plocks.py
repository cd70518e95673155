"""Two processes lock a file by bytes while an external plock daemon keeps the table.

plocks.py FILE DAEMON_LOG: prints what went wrong, then "plocks ok".
"""

import errno
import fcntl
import os
import signal
import struct
import sys
import time

path, log = sys.argv[1:3]
problems = []


def check(what, ok):
    if not ok:
        problems.append(what)


def wait_for(what, holds):
    end = time.monotonic() + 10
    while not holds():
        if time.monotonic() > end:
            problems.append("no " + what)
            return
        time.sleep(0.02)


def logged(text, times=1):
    with open(log) as lines:
        return sum(1 for line in lines if line.startswith(text)) >= times


def getlk(fd, kind, start, length):
    asked = struct.pack("hhqqi", kind, os.SEEK_SET, start, length, 0)
    return struct.unpack("hhqqi", fcntl.fcntl(fd, fcntl.F_GETLK, asked))


def waiter():
    """Returns a child that waits for bytes 0 to 9 and then ends."""
    pid = os.fork()
    if pid == 0:
        with open(path, "r+b") as own:
            fcntl.lockf(own, fcntl.LOCK_EX, 10, 0)
        os._exit(0)
    return pid


file = open(path, "w+b")
fcntl.lockf(file, fcntl.LOCK_EX, 10, 0)
check("lock by the daemon", logged("answer 0 to LOCK ex=1 wait=1 flags=0 0-9"))

child = os.fork()
if child == 0:
    with open(path, "r+b") as own:
        try:
            fcntl.lockf(own, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, 9)
            os._exit(1)
        except OSError as e:
            if e.errno != errno.EAGAIN:
                os._exit(2)
        kind, _, start, length, pid = getlk(own, fcntl.F_WRLCK, 5, 100)
        if (kind, start, length, pid) != (fcntl.F_WRLCK, 0, 10, os.getppid()):
            os._exit(3)
        if getlk(own, fcntl.F_WRLCK, 10, 100)[0] != fcntl.F_UNLCK:
            os._exit(4)
        fcntl.lockf(own, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, 10)
        os._exit(0)
check("second process", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0)

first = waiter()
wait_for("waiter", lambda: logged("read LOCK ex=1 wait=1 flags=0 0-9", 2))
os.kill(first, signal.SIGKILL)
os.waitpid(first, 0)
wait_for("clean-up of the killed", lambda: logged("read UNLOCK ex=0 wait=0 flags=1 0-", 2))

second = waiter()
wait_for("second waiter", lambda: logged("read LOCK ex=1 wait=1 flags=0 0-9", 3))
fcntl.lockf(file, fcntl.LOCK_UN, 10, 0)
check("waiter's turn", os.waitstatus_to_exitcode(os.waitpid(second, 0)[1]) == 0)
check("unlock of nothing", fcntl.lockf(file, fcntl.LOCK_UN, 10, 500) is None)
fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 0, 0)
file.close()
for problem in problems:
    print(problem)
print("plocks ok" if not problems else "plocks failed")
