"""An external plock daemon: plockd.py SOCKET LOG

Keeps the lock table of one node as dlm_controld does for a kernel, and writes a line to LOG for
every record it reads or writes. Reads commands from standard input: "short" writes ten bytes.
"""

import errno
import select
import socket
import struct
import sys

RECORD = struct.Struct("=III BBBB IiiI QQQQ")
LOCK, UNLOCK, GET = 1, 2, 3
CLOSE = 1


class Request:
    def __init__(self, data):
        (self.major, self.minor, self.patch, self.optype, self.ex, self.wait, self.flags, self.pid,
         self.nodeid, self.rv, self.fsid, self.number, self.start, self.end,
         self.owner) = RECORD.unpack(data)

    def data(self, rv):
        return RECORD.pack(self.major, self.minor, self.patch, self.optype, self.ex, self.wait,
                           self.flags, self.pid, self.nodeid, rv, self.fsid, self.number,
                           self.start, self.end, self.owner)

    def who(self):
        return self.fsid, self.number, self.nodeid, self.owner

    def conflicts(self, other):
        return (self.fsid == other.fsid and self.number == other.number
                and (self.nodeid, self.owner) != (other.nodeid, other.owner)
                and self.start <= other.end and other.start <= self.end
                and bool(self.ex or other.ex))

    def __str__(self):
        return "%s ex=%d wait=%d flags=%d %d-%d" % (
            {LOCK: "LOCK", UNLOCK: "UNLOCK", GET: "GET"}[self.optype], self.ex, self.wait,
            self.flags, self.start, self.end)


held = []
waiting = []
sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
sock.connect(sys.argv[1])
log = open(sys.argv[2], "a", buffering=1)


def answer(request, rv):
    log.write("answer %d to %s\n" % (rv, request))
    sock.send(request.data(rv))


def cut(request):
    """Takes the range away from the owner; returns whether it had any of it."""
    had = False
    for lock in list(held):
        if lock.who() != request.who() or lock.start > request.end or lock.end < request.start:
            continue
        had = True
        held.remove(lock)
        for start, end in ((lock.start, request.start - 1), (request.end + 1, lock.end)):
            if start <= end:
                piece = Request(lock.data(0))
                piece.start, piece.end = start, end
                held.append(piece)
    return had


def grant(request):
    cut(request)
    held.append(request)
    answer(request, 0)


def wake():
    for request in list(waiting):
        if not any(request.conflicts(lock) for lock in held):
            waiting.remove(request)
            grant(request)


def serve(request):
    blockers = [lock for lock in held if request.conflicts(lock)]
    if request.optype == LOCK:
        if not blockers:
            grant(request)
            wake()
        elif request.wait:
            waiting.append(request)
        else:
            answer(request, -errno.EAGAIN)
    elif request.optype == UNLOCK:
        had = cut(request)
        if request.flags & CLOSE:
            waiting[:] = [w for w in waiting if w.who() != request.who()]
        else:
            answer(request, 0 if had else -errno.ENOENT)
        wake()
    elif blockers:
        lock = blockers[0]
        found = Request(request.data(0))
        found.ex, found.pid, found.nodeid = lock.ex, lock.pid, lock.nodeid
        found.start, found.end = lock.start, lock.end
        sock.send(found.data(1))
    else:
        answer(request, -errno.ENOENT)


log.write("connected\n")
while True:
    ready = select.select([sock, sys.stdin], [], [])[0]
    if sys.stdin in ready:
        command = sys.stdin.readline().strip()
        if command == "short":
            sock.send(b"ten bytes.")
        elif not command:
            break
    if sock in ready:
        data = sock.recv(4096)
        if not data:
            log.write("disconnected\n")
            break
        assert len(data) == RECORD.size, "%d bytes in one read" % len(data)
        request = Request(data)
        log.write("read %s\n" % request)
        serve(request)
