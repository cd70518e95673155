#!/usr/bin/env python3
"""Applies one seeded stream of operations to two trees and compares every result, then everything in them.

usage: mirror.py [--no-fstat-of-nameless] [--no-rename-flags] SEED STEPS CLUSTER_SIZE TESTED_DIR REFERENCE_DIR [OTHER_TESTED_DIR]

REFERENCE_DIR is a tmpfs. With OTHER_TESTED_DIR, a second mount of the tested file system, steps change sides at
random and the final comparison is made from both. Prints "mirror ok: ..." and ends with 0, or says what differs.
The options leave out what the tested way in is documented not to do; of nameless files, size and data are compared still.
"""
import ctypes
import errno
import hashlib
import os
import random
import stat
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
KEEP_SIZE, PUNCH_HOLE = 1, 2
NOREPLACE, EXCHANGE = 1, 2
AT_FDCWD = -100
LEFT_OUT = {a for a in sys.argv[1:] if a.startswith("--")}
RENAME_FLAGS = [0, 0, 0] + ([] if "--no-rename-flags" in LEFT_OUT else [NOREPLACE, EXCHANGE])


def fallocate(fd, mode, offset, length):
    if LIBC.fallocate(fd, mode, ctypes.c_long(offset), ctypes.c_long(length)):
        raise OSError(ctypes.get_errno(), "fallocate")


def renameat2(old, new, flags):
    if LIBC.renameat2(AT_FDCWD, os.fsencode(old), AT_FDCWD, os.fsencode(new), flags):
        raise OSError(ctypes.get_errno(), "renameat2")


class Mirror:
    def __init__(self, seed, cluster, tested, reference):
        self.rnd = random.Random(seed)
        self.cluster, self.tested, self.reference = cluster, tested, reference
        self.dirs, self.files, self.others = [""], [], []
        self.open_unlinked = []
        self.counts = {}
        self.step = 0

    def roots(self):
        return (self.rnd.choice(self.tested), self.reference)

    def both(self, what, op):
        """Runs op(root) on both trees; results, errors included, must be equal."""
        results = []
        for root in self.roots():
            try:
                results.append(("ok", op(root)))
            except OSError as e:
                results.append(("error", errno.errorcode[e.errno]))
        if results[0] != results[1]:
            fail("step %d %s: tested %r, reference %r" % (self.step, what, short(results[0]), short(results[1])))
        self.counts[what.split()[0]] = self.counts.get(what.split()[0], 0) + 1
        return results[0]

    def name(self):
        kind = self.rnd.random()
        if kind < 0.05:
            return "n" * self.rnd.randint(200, 248) + str(self.step)
        if kind < 0.1:
            return os.fsdecode(b"\xff\xfe%d" % self.step)
        return "%s%d" % (self.rnd.choice("abcdefgh"), self.step)

    def new_path(self):
        return os.path.join(self.rnd.choice(self.dirs), self.name())

    def any_path(self):
        return self.rnd.choice(self.dirs[1:] + self.files + self.others or [""])

    def offset(self):
        return self.rnd.choice([self.rnd.randrange(200), self.rnd.randrange(8 * self.cluster), self.rnd.randrange(64) * self.cluster,
                                self.rnd.randrange(400_000)])

    def length(self):
        return self.rnd.choice([self.rnd.randrange(1, 300), self.rnd.randrange(1, 3 * self.cluster), self.rnd.randrange(1, 9000)])

    def with_file(self, what, flags, op):
        if not self.files:
            return
        path = self.rnd.choice(self.files)

        def run(root):
            fd = os.open(os.path.join(root, path), flags)
            try:
                return op(fd)
            finally:
                os.close(fd)
        self.both("%s %s" % (what, path), run)

    # --- one method per operation; do_NAME is picked with its weight ---

    def do_create(self):
        path = self.new_path()
        mode = self.rnd.choice([0o644, 0o600, 0o755, 0o4755, 0o2711])

        def op(root):
            os.close(os.open(os.path.join(root, path), os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
        if self.both("create " + path, op)[0] == "ok":
            self.files.append(path)

    def do_create_existing(self):
        if self.files:
            path = self.rnd.choice(self.files)
            self.both("create_existing " + path, lambda r: os.close(os.open(os.path.join(r, path), os.O_CREAT | os.O_EXCL | os.O_WRONLY)))

    def do_write(self):
        data, at = self.rnd.randbytes(self.length()), self.offset()
        self.with_file("write", os.O_WRONLY, lambda fd: os.pwrite(fd, data, at))

    def do_append(self):
        data = self.rnd.randbytes(self.rnd.randrange(1, 5000))
        self.with_file("append", os.O_WRONLY | os.O_APPEND, lambda fd: os.write(fd, data))

    def do_read(self):
        at, length = self.offset(), self.length()
        self.with_file("read", os.O_RDONLY, lambda fd: hashlib.sha1(os.pread(fd, length, at)).hexdigest())

    def do_truncate(self):
        size = self.rnd.choice([0, self.offset(), self.offset()])
        self.with_file("truncate", os.O_RDWR, lambda fd: os.ftruncate(fd, size))

    def do_truncate_on_open(self):
        self.with_file("truncate_on_open", os.O_RDWR | os.O_TRUNC, lambda fd: os.fstat(fd).st_size)

    def do_punch(self):
        at, length = self.offset(), self.length()
        self.with_file("punch", os.O_RDWR, lambda fd: fallocate(fd, PUNCH_HOLE | KEEP_SIZE, at, length))

    def do_fallocate(self):
        at, length, mode = self.offset(), self.length(), self.rnd.choice([0, KEEP_SIZE])
        self.with_file("fallocate", os.O_RDWR, lambda fd: (fallocate(fd, mode, at, length), os.fstat(fd).st_size)[1])

    def do_mkdir(self):
        if len(self.dirs) > 40:
            return
        path = self.new_path()
        if self.both("mkdir " + path, lambda r: os.mkdir(os.path.join(r, path), 0o751))[0] == "ok":
            self.dirs.append(path)

    def do_rmdir(self):
        path = self.any_path()
        if path and self.both("rmdir " + path, lambda r: os.rmdir(os.path.join(r, path)))[0] == "ok":
            self.dirs.remove(path)

    def do_unlink(self):
        path = self.any_path()
        if path and self.both("unlink " + path, lambda r: os.unlink(os.path.join(r, path)))[0] == "ok":
            self.forget(path)

    def do_unlink_open(self):
        """An unlinked file lives on while it is open."""
        if not self.files or len(self.open_unlinked) > 5:
            return
        path = self.rnd.choice(self.files)
        roots = self.roots()
        fds = [os.open(os.path.join(r, path), os.O_RDWR) for r in roots]
        for root in roots:
            os.unlink(os.path.join(root, path))
        self.forget(path)
        self.open_unlinked.append(fds)
        self.counts["unlink_open"] = self.counts.get("unlink_open", 0) + 1

    def do_use_unlinked(self):
        if not self.open_unlinked:
            return
        fds = self.rnd.choice(self.open_unlinked)
        data, at = self.rnd.randbytes(self.length()), self.offset()
        seen = []
        for fd in fds:
            os.pwrite(fd, data, at)
            seen.append((self.size_and_links(fd), hashlib.sha1(os.pread(fd, 1 << 22, 0)).hexdigest()))
        if seen[0] != seen[1]:
            fail("step %d unlinked file: tested %r, reference %r" % (self.step, seen[0], seen[1]))
        if self.rnd.random() < 0.4:
            self.open_unlinked.remove(fds)
            for fd in fds:
                os.close(fd)

    def size_and_links(self, fd):
        if "--no-fstat-of-nameless" in LEFT_OUT:
            return os.lseek(fd, 0, os.SEEK_END), None
        st = os.fstat(fd)
        return st.st_size, st.st_nlink

    def do_rename(self):
        old, flags = self.any_path(), self.rnd.choice(RENAME_FLAGS)
        new = self.new_path() if self.rnd.random() < 0.6 else self.any_path()
        if not old or not new:
            return
        kinds = [next((k for k in (self.dirs, self.files, self.others) if p in k), None) for p in (old, new)]
        if self.both("rename %s %s %d" % (old, new, flags), lambda r: renameat2(os.path.join(r, old), os.path.join(r, new), flags))[0] != "ok" or old == new:
            return
        self.rescan()

    def rescan(self):
        """Renames move whole trees and may join hard links: look at the reference again."""
        self.dirs, self.files, self.others = [""], [], []
        for top, dirs, files in os.walk(self.reference):
            rel = os.path.relpath(top, self.reference)
            rel = "" if rel == "." else rel
            for name in sorted(dirs + files):
                path = os.path.join(rel, name)
                mode = os.lstat(os.path.join(self.reference, path)).st_mode
                (self.dirs if stat.S_ISDIR(mode) else self.files if stat.S_ISREG(mode) else self.others).append(path)
        for kind in (self.dirs, self.files, self.others):
            kind.sort()

    def do_link(self):
        if self.files:
            old, new = self.rnd.choice(self.files), self.new_path()
            if self.both("link %s %s" % (old, new), lambda r: os.link(os.path.join(r, old), os.path.join(r, new)))[0] == "ok":
                self.files.append(new)

    def do_symlink(self):
        path, target = self.new_path(), "t" * self.rnd.choice([3, 60, 300, 3000])
        if self.both("symlink " + path, lambda r: os.symlink(target, os.path.join(r, path)))[0] == "ok":
            self.others.append(path)

    def do_special(self):
        path = self.new_path()
        mode, dev = self.rnd.choice([(stat.S_IFIFO, 0), (stat.S_IFSOCK, 0), (stat.S_IFCHR, os.makedev(1, 3)), (stat.S_IFBLK, os.makedev(259, 70000))])
        if self.both("mknod " + path, lambda r: os.mknod(os.path.join(r, path), mode | 0o640, dev))[0] == "ok":
            self.others.append(path)

    def do_chmod(self):
        path, mode = self.any_path(), self.rnd.randrange(0o10000) | 0o700
        if path and path not in self.others:
            self.both("chmod " + path, lambda r: os.chmod(os.path.join(r, path), mode))

    def do_chown(self):
        path, uid, gid = self.any_path(), self.rnd.choice([-1, 0, 1000, 1 << 20]), self.rnd.choice([-1, 0, 100])
        if path:
            self.both("chown " + path, lambda r: os.lchown(os.path.join(r, path), uid, gid))

    def do_utime(self):
        path = self.any_path()
        times = (self.rnd.randrange(1 << 31) * 10**9 + self.rnd.randrange(10**9), self.rnd.randrange(1 << 33) * 10**9 + 7)
        if path:
            self.both("utime " + path, lambda r: os.utime(os.path.join(r, path), ns=times, follow_symlinks=False))

    def do_list(self):
        path = self.rnd.choice(self.dirs)
        self.both("list " + path, lambda r: sorted(os.listdir(os.path.join(r, path))))

    def do_many(self):
        """Fills and thins out a directory, so that it outgrows a block and gets holes."""
        path, n = self.rnd.choice(self.dirs), self.rnd.randrange(5, 120)
        names = ["%s-%d-%d" % ("m" * self.rnd.randrange(1, 30), self.step, i) for i in range(n)]
        gone = [x for x in names if self.rnd.random() < 0.7]

        def op(root):
            for x in names:
                os.close(os.open(os.path.join(root, path, x), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
            for x in gone:
                os.unlink(os.path.join(root, path, x))
        if self.both("many " + path, op)[0] == "ok":
            self.files += [os.path.join(path, x) for x in names if x not in gone]

    def do_missing(self):
        path = os.path.join(self.rnd.choice(self.dirs), "missing")
        call = self.rnd.choice([os.unlink, os.rmdir, os.lstat, os.listdir])
        self.both("missing " + path, lambda r: call(os.path.join(r, path)) and None)

    def forget(self, path):
        (self.files if path in self.files else self.others).remove(path)

    WEIGHTS = {"create": 14, "create_existing": 1, "write": 22, "append": 8, "read": 8, "truncate": 6, "truncate_on_open": 1, "punch": 6,
               "fallocate": 5, "mkdir": 5, "rmdir": 3, "unlink": 5, "unlink_open": 2, "use_unlinked": 4, "rename": 8, "link": 4, "symlink": 3,
               "special": 2, "chmod": 3, "chown": 2, "utime": 3, "list": 2, "many": 2, "missing": 1}

    def run(self, steps):
        ops, weights = zip(*self.WEIGHTS.items())
        for self.step in range(steps):
            getattr(self, "do_" + self.rnd.choices(ops, weights)[0])()
        for fds in self.open_unlinked:
            for fd in fds:
                os.close(fd)


def short(result):
    text = repr(result)
    return text if len(text) < 300 else text[:300] + "..."


def fail(text):
    print("mirror differs: " + text)
    sys.exit(1)


def segments(path, size):
    """The ranges that hold data, as SEEK_DATA and SEEK_HOLE tell."""
    fd, at, found = os.open(path, os.O_RDONLY), 0, []
    try:
        while at < size:
            try:
                start = os.lseek(fd, at, os.SEEK_DATA)
            except OSError as e:
                if e.errno != errno.ENXIO:
                    raise
                break
            at = os.lseek(fd, start, os.SEEK_HOLE)
            found.append((start, at))
    finally:
        os.close(fd)
    return found


def describe(path):
    st = os.lstat(path)
    shown = {"mode": oct(st.st_mode), "uid": st.st_uid, "gid": st.st_gid, "rdev": st.st_rdev}
    if not stat.S_ISDIR(st.st_mode):
        shown["nlink"], shown["size"] = st.st_nlink, st.st_size
    else:
        shown["nlink"] = st.st_nlink
    if stat.S_ISLNK(st.st_mode):
        shown["target"] = os.readlink(path)
    if stat.S_ISREG(st.st_mode):
        with open(path, "rb") as f:
            shown["sha1"] = hashlib.sha1(f.read()).hexdigest()
    return st, shown


def compare_holes(path, tested, reference, size):
    """Data of the reference is data here, but for zeros: a tmpfs shows allocated space as data once it is cut into."""
    ours = merge(segments(tested, size))
    with open(reference, "rb") as f:
        for start, end in segments(reference, size):
            f.seek(start)
            for at in range(start, end, 4096):
                data = f.read(min(4096, end - at))
                if any(data) and not any(s <= at and at + len(data) <= e for s, e in ours):
                    fail("%s: bytes %d..%d are a hole, %r" % (path, at, at + len(data), ours))


def merge(ranges):
    joined = []
    for start, end in ranges:
        if joined and joined[-1][1] >= start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def compare(tested, reference):
    seen, links = 0, {}
    for top, dirs, files in os.walk(reference):
        rel = os.path.relpath(top, reference)
        here = sorted(os.listdir(os.path.join(tested, rel)))
        there = sorted(os.listdir(top))
        if rel == ".":
            here = [x for x in here if x != "lost+found"]
        if here != there:
            fail("directory %s: only tested %r, only reference %r" % (rel, sorted(set(here) - set(there))[:5], sorted(set(there) - set(here))[:5]))
        for name in there:
            path = os.path.join(rel, name)
            (sa, a), (sb, b) = describe(os.path.join(tested, path)), describe(os.path.join(reference, path))
            if a != b:
                fail("%s: tested %r, reference %r" % (path, a, b))
            if abs(sa.st_mtime_ns - sb.st_mtime_ns) > 10 * 10**9:
                fail("%s: mtime tested %d, reference %d" % (path, sa.st_mtime_ns, sb.st_mtime_ns))
            if links.setdefault(sb.st_ino, sa.st_ino) != sa.st_ino:
                fail("%s: not the same inode as its other names" % path)
            if stat.S_ISREG(sa.st_mode):
                compare_holes(path, os.path.join(tested, path), os.path.join(reference, path), sa.st_size)
            seen += 1
    return seen


def main():
    args = [a for a in sys.argv[1:] if a not in LEFT_OUT]
    seed, steps, cluster = int(args[0]), int(args[1]), int(args[2])
    tested, reference = [args[3]] + args[5:], args[4]
    os.umask(0o022)
    m = Mirror(seed, cluster, tested, reference)
    m.run(steps)
    for root in tested:
        seen = compare(root, reference)
    print("mirror ok: seed %d, %d steps, %d names; %s" % (seed, steps, seen, " ".join("%s %d" % kv for kv in sorted(m.counts.items()))))


if __name__ == "__main__":
    main()
