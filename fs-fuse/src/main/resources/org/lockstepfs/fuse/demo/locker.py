# A process that locks a file as its standard input says, one command a line, one answer a line.
import errno, fcntl, os, struct, sys

FLOCK = "hhqqi4x"
TYPES = {"read": fcntl.F_RDLCK, "write": fcntl.F_WRLCK, "none": fcntl.F_UNLCK}
NAMES = {number: name for name, number in TYPES.items()}
MODES = {"shared": fcntl.LOCK_SH, "exclusive": fcntl.LOCK_EX, "none": fcntl.LOCK_UN}

fd = os.open(sys.argv[1], os.O_RDWR)


def posix(command, kind, start, length):
    request = struct.pack(FLOCK, TYPES[kind], os.SEEK_SET, int(start), int(length), 0)
    answer = struct.unpack(FLOCK, fcntl.fcntl(fd, command, request))
    if command != fcntl.F_GETLK:
        return "ok"
    return "free" if answer[0] == fcntl.F_UNLCK else "%s %d %d" % (NAMES[answer[0]], answer[2], answer[3])


def flock(mode, *wait):
    fcntl.flock(fd, MODES[mode] | (0 if wait else fcntl.LOCK_NB))
    return "ok"


CALLS = {
    "getlk": lambda *words: posix(fcntl.F_GETLK, *words),
    "setlk": lambda *words: posix(fcntl.F_SETLK, *words),
    "setlkw": lambda *words: posix(fcntl.F_SETLKW, *words),
    "flock": flock,
}

for line in sys.stdin:
    words = line.split()
    try:
        reply = CALLS[words[0]](*words[1:])
    except OSError as e:
        reply = errno.errorcode.get(e.errno, str(e))
    print(reply, flush=True)
