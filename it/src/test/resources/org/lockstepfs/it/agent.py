"""A process that does lock system calls on command: one JSON array per line in, one result per line out.

A result is ["ok", value] or ["error", errno name]. Blocking calls answer when they return; the driver waits.
"""
import errno
import fcntl
import json
import os
import signal
import struct
import sys

FLOCK = "hhqqi4x"  # struct flock on 64-bit Linux
OFD_GETLK, OFD_SETLK, OFD_SETLKW = 36, 37, 38
TYPES = {"r": fcntl.F_RDLCK, "w": fcntl.F_WRLCK, "u": fcntl.F_UNLCK}
NAMES = {v: k for k, v in TYPES.items()}
CALLS = {
    "getlk": fcntl.F_GETLK, "setlk": fcntl.F_SETLK, "setlkw": fcntl.F_SETLKW,
    "ofd_getlk": OFD_GETLK, "ofd_setlk": OFD_SETLK, "ofd_setlkw": OFD_SETLKW,
}


class Interrupted(Exception):
    pass


def on_signal(signum, frame):
    raise Interrupted()


def lock(call, fd, kind, start, length, whence=os.SEEK_SET):
    arg = struct.pack(FLOCK, TYPES[kind], whence, start, length, 0)
    kind, whence, start, length, pid = struct.unpack(FLOCK, fcntl.fcntl(fd, CALLS[call], arg))
    return [NAMES[kind], start, length, pid] if "getlk" in call else 0


def execute(fd):
    """Replaces this program by itself: descriptors and process id stay."""
    os.execv(sys.executable, [sys.executable, __file__, "again"])



OPS = {
    "open": lambda path, mode: os.open(path, {"r": os.O_RDONLY, "w": os.O_WRONLY}.get(mode, os.O_RDWR) | os.O_CREAT, 0o644),
    "close": os.close,
    "dup": os.dup,
    "pid": os.getpid,
    "write": lambda fd, text: os.write(fd, text.encode()),
    "truncate": os.ftruncate,
    "rename": os.rename,
    "unlink": os.unlink,
    "inheritable": lambda fd: os.set_inheritable(fd, True),
    "flock": lambda fd, how: fcntl.flock(fd, sum({"s": fcntl.LOCK_SH, "x": fcntl.LOCK_EX, "u": fcntl.LOCK_UN, "n": fcntl.LOCK_NB}[c] for c in how)),
    "exec": execute,
    "fork_exit": lambda: os.waitpid(os.fork() or os._exit(0), 0)[1],
    "fork_close": lambda fd: os.waitpid(os.fork() or (os.close(fd), os._exit(0)), 0)[1],
    "reap": lambda pid: (os.kill(pid, signal.SIGKILL), os.waitpid(pid, 0))[1][1],
}


def fork_try(fd, kind, start, length):
    """Whether a child that inherited the descriptor gets a conflicting lock: its errno name or "ok"."""
    read, write = os.pipe()
    if os.fork() == 0:
        try:
            lock("setlk", fd, kind, start, length)
            os.write(write, b"ok")
        except OSError as e:
            os.write(write, errno.errorcode[e.errno].encode())
        os._exit(0)
    os.close(write)
    answer = os.read(read, 100).decode()
    os.close(read)
    os.wait()
    return answer


def fork_keep():
    """A child that holds all descriptors and sleeps; its pid."""
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGUSR1, signal.SIG_DFL)
        while True:
            signal.pause()
    return pid


OPS["fork_try"] = fork_try
OPS["fork_keep"] = fork_keep
for name in CALLS:
    OPS[name] = (lambda n: lambda *a: lock(n, *a))(name)


def main():
    signal.signal(signal.SIGUSR1, on_signal)
    if len(sys.argv) > 1:
        print(json.dumps(["ok", "exec"]), flush=True)
    while True:
        line = sys.stdin.readline()
        if not line:
            return
        op, *args = json.loads(line)
        try:
            result = ["ok", OPS[op](*args)]
        except Interrupted:
            result = ["error", "EINTR"]
        except OSError as e:
            result = ["error", "EDEADLK" if e.errno == errno.EDEADLK else errno.errorcode[e.errno]]
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
