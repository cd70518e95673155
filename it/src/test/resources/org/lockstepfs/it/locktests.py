#!/usr/bin/env python3
"""A table of lock tests with real processes on two mounts of one file system.

usage: locktests.py DIR_A DIR_B [NAME...]

Every test is a function; A and B start processes on either mount. The table is right on any local file system
mounted twice (that is what it was checked against), and has to be just as right on a cluster.
"""
import json
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LOCK_CALLS = {"aarch64": ("25", "32")}.get(os.uname().machine, ("72", "73"))  # fcntl, flock
TIMEOUT_S = 15
TESTS = []


class Failed(Exception):
    pass


class Proc:
    """One process with its own descriptors."""

    live = []

    def __init__(self, root):
        self.root = root
        self.p = subprocess.Popen([sys.executable, HERE + "/agent.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=False, bufsize=0)
        self.pid = self.p.pid
        Proc.live.append(self)

    def start(self, op, *args):
        self.p.stdin.write((json.dumps([op, *args]) + "\n").encode())

    def result(self, timeout_s=TIMEOUT_S):
        os.set_blocking(self.p.stdout.fileno(), False)
        end, line = time.monotonic() + timeout_s, b""
        while not line.endswith(b"\n"):
            chunk = self.p.stdout.read()
            if chunk:
                line += chunk
            elif chunk == b"" or time.monotonic() > end:
                raise Failed("no answer within %s s" % timeout_s)
            else:
                time.sleep(0.002)
        kind, value = json.loads(line)
        return value if kind == "ok" else "!" + value

    def call(self, op, *args):
        self.start(op, *args)
        return self.result()

    def open(self, name, mode="rw"):
        fd = self.call("open", os.path.join(self.root, name), mode)
        if not isinstance(fd, int):
            raise Failed("open %s: %s" % (name, fd))
        return fd

    def blocked(self):
        """Checks that the call in progress has begun and does not return for a moment."""
        end = time.monotonic() + TIMEOUT_S
        while self.syscall() not in LOCK_CALLS and time.monotonic() < end:
            time.sleep(0.002)
        time.sleep(0.25)
        os.set_blocking(self.p.stdout.fileno(), False)
        early = self.p.stdout.read()
        if early:
            raise Failed("should block, returned %s" % early)

    def syscall(self):
        with open("/proc/%d/syscall" % self.pid) as f:
            return f.read().split()[0]

    def kill(self, sig=signal.SIGKILL):
        os.kill(self.pid, sig)
        if sig == signal.SIGKILL:
            self.p.wait()

    def end(self):
        self.p.stdin.close()
        self.p.wait()


def eq(got, want, what=""):
    if got != want:
        raise Failed("%s: got %r, want %r" % (what, got, want))


def eventually(call, want, what="", timeout_s=5):
    """For what follows a close or a death, which the kernel reports to a FUSE daemon after the fact."""
    end = time.monotonic() + timeout_s
    while True:
        got = call()
        if got == want:
            return
        if time.monotonic() > end:
            raise Failed("%s: got %r, want %r after %s s" % (what, got, want, timeout_s))
        time.sleep(0.01)


def test(f):
    TESTS.append(f)
    return f


class Both:
    """The stage of one test: a file name of its own and processes on both mounts."""

    def __init__(self, a, b, name):
        self.dirs, self.name = (a, b), name

    def a(self):
        p = Proc(self.dirs[0])
        return p, p.open(self.name)

    def b(self):
        p = Proc(self.dirs[1])
        return p, p.open(self.name)


def free(p, fd, start=0, length=0):
    eq(p.call("getlk", fd, "w", start, length)[0], "u", "range should be free")


def eventually_free(p, fd, start=0, length=0):
    eventually(lambda: p.call("getlk", fd, "w", start, length)[0], "u", "range should be free")


@test
def write_lock_seen_from_other_node(t):
    (a, fa), (b, fb) = t.a(), t.b()
    eq(a.call("setlk", fa, "w", 10, 20), 0)
    eq(b.call("getlk", fb, "r", 0, 0)[:3], ["w", 10, 20], "GETLK")
    eq(b.call("setlk", fb, "r", 29, 1), "!EAGAIN")
    eq(b.call("setlk", fb, "w", 30, 1), 0, "neighbouring byte")
    eq(b.call("setlk", fb, "w", 9, 1), 0, "byte before")


@test
def getlk_same_node_gives_pid(t):
    (a, fa), (b, fb) = t.a(), t.a()
    a.call("setlk", fa, "w", 0, 1)
    eq(b.call("getlk", fb, "w", 0, 1), ["w", 0, 1, a.pid])


@test
def readers_share_writers_do_not(t):
    (a, fa), (b, fb) = t.a(), t.b()
    eq(a.call("setlk", fa, "r", 0, 10), 0)
    eq(b.call("setlk", fb, "r", 5, 10), 0)
    eq(b.call("setlk", fb, "w", 9, 1), "!EAGAIN")
    eq(b.call("setlk", fb, "w", 10, 1), 0)
    eq(a.call("getlk", fa, "r", 0, 0)[:3], ["w", 10, 1])


@test
def blocked_request_is_granted_on_unlock(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("setlk", fa, "w", 0, 0)
    b.start("setlkw", fb, "w", 0, 0)
    b.blocked()
    eq(a.call("setlk", fa, "u", 0, 0), 0)
    eq(b.result(), 0)
    eq(a.call("setlk", fa, "r", 0, 1), "!EAGAIN")


@test
def blocked_reader_is_granted_on_downgrade(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("setlk", fa, "w", 0, 0)
    b.start("setlkw", fb, "r", 0, 0)
    b.blocked()
    eq(a.call("setlk", fa, "r", 0, 0), 0)
    eq(b.result(), 0)


@test
def unlock_in_the_middle_splits(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("setlk", fa, "w", 0, 100)
    a.call("setlk", fa, "u", 40, 20)
    eq(b.call("getlk", fb, "w", 0, 0)[:3], ["w", 0, 40])
    eq(b.call("getlk", fb, "w", 50, 0)[:3], ["w", 60, 40])
    eq(b.call("setlk", fb, "w", 40, 20), 0)
    eq(b.call("setlk", fb, "w", 39, 1), "!EAGAIN")


@test
def neighbours_merge(t):
    (a, fa), (b, fb) = t.a(), t.b()
    for start in (0, 20, 10):
        a.call("setlk", fa, "w", start, 10)
    eq(b.call("getlk", fb, "w", 0, 0)[:3], ["w", 0, 30])


@test
def downgrade_in_the_middle_splits_in_three(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("setlk", fa, "w", 0, 30)
    a.call("setlk", fa, "r", 10, 10)
    eq(b.call("setlk", fb, "r", 10, 10), 0)
    eq(b.call("setlk", fb, "r", 9, 1), "!EAGAIN")
    eq(b.call("getlk", fb, "r", 20, 0)[:3], ["w", 20, 10])


@test
def upgrade_waits_for_the_other_reader_only(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("setlk", fa, "r", 0, 10)
    b.call("setlk", fb, "r", 0, 10)
    eq(a.call("setlk", fa, "w", 0, 10), "!EAGAIN")
    a.start("setlkw", fa, "w", 0, 10)
    a.blocked()
    b.call("setlk", fb, "u", 0, 0)
    eq(a.result(), 0)


@test
def to_end_of_file_and_beyond(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("truncate", fa, 100)
    eq(a.call("setlk", fa, "w", -10, 5, os.SEEK_END), 0)
    eq(b.call("getlk", fb, "w", 0, 0)[:3], ["w", 90, 5])
    eq(a.call("setlk", fa, "w", 1 << 40, 0), 0)
    eq(b.call("getlk", fb, "w", 1 << 41, 1)[:3], ["w", 1 << 40, 0])
    eq(a.call("setlk", fa, "w", 50, -10), 0, "negative length")
    eq(b.call("getlk", fb, "w", 0, 0)[:3], ["w", 40, 10])


@test
def closing_any_descriptor_releases(t):
    (a, fa), (b, fb) = t.a(), t.b()
    other = a.open(t.name)
    a.call("setlk", fa, "w", 0, 0)
    a.call("close", other)
    eventually_free(b, fb)


@test
def closing_a_dup_releases(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("setlk", fa, "w", 0, 0)
    a.call("close", a.call("dup", fa))
    eventually_free(b, fb)


@test
def relock_after_close_of_another_descriptor_stays(t):
    (a, fa), (b, fb) = t.a(), t.b()
    other = a.open(t.name)
    a.call("setlk", other, "w", 0, 10)
    a.call("close", other)
    eq(a.call("setlk", fa, "w", 0, 10), 0)
    time.sleep(0.1)
    eq(b.call("setlk", fb, "w", 0, 1), "!EAGAIN")


@test
def child_does_not_inherit_and_its_close_changes_nothing(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("setlk", fa, "w", 0, 10)
    eq(a.call("fork_try", fa, "w", 0, 10), "EAGAIN")
    eq(a.call("fork_close", fa), 0)
    time.sleep(0.1)
    eq(b.call("setlk", fb, "w", 0, 1), "!EAGAIN")


@test
def exec_keeps_locks(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("inheritable", fa)
    a.call("setlk", fa, "w", 0, 10)
    eq(a.call("exec", fa), "exec")
    eq(b.call("setlk", fb, "w", 0, 1), "!EAGAIN")
    a.call("setlk", fa, "u", 0, 0)
    free(b, fb)


@test
def exit_releases(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("setlk", fa, "w", 0, 0)
    a.end()
    eventually_free(b, fb)


@test
def kill_of_holder_grants_waiter(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("setlk", fa, "w", 0, 0)
    b.start("setlkw", fb, "w", 0, 0)
    b.blocked()
    a.kill()
    eq(b.result(), 0)


@test
def signal_interrupts_waiter_and_leaves_nothing(t):
    for start in (t.a, t.b):
        (a, fa), (b, fb), (c, fc) = t.a(), start(), t.b()
        a.call("setlk", fa, "w", 0, 10)
        b.start("setlkw", fb, "w", 0, 20)
        b.blocked()
        b.kill(signal.SIGUSR1)
        eq(b.result(), "!EINTR")
        a.call("setlk", fa, "u", 0, 0)
        free(c, fc)
        for p in (a, b, c):
            p.end()


@test
def kill_of_waiter_leaves_nothing(t):
    for start in (t.a, t.b):
        (a, fa), (b, fb), (c, fc) = t.a(), start(), t.b()
        a.call("setlk", fa, "w", 0, 10)
        b.start("setlkw", fb, "w", 0, 20)
        b.blocked()
        b.kill()
        eq(c.call("setlk", fc, "w", 15, 5), 0, "what only the dead waiter wanted")
        a.call("setlk", fa, "u", 0, 0)
        eventually_free(c, fc)
        for p in (a, c):
            p.end()


@test
def waiters_are_served_in_order(t):
    (a, fa), (b, fb), (c, fc) = t.a(), t.b(), t.a()
    a.call("setlk", fa, "w", 0, 1)
    b.start("setlkw", fb, "w", 0, 1)
    b.blocked()
    c.start("setlkw", fc, "w", 0, 1)
    c.blocked()
    a.call("setlk", fa, "u", 0, 0)
    eq(b.result(), 0, "first come")
    c.blocked()
    b.call("setlk", fb, "u", 0, 0)
    eq(c.result(), 0)


@test
def deadlock_of_two_is_refused(t):
    (a, fa), (b, fb) = t.a(), t.a()
    a.call("setlk", fa, "w", 0, 1)
    b.call("setlk", fb, "w", 1, 1)
    a.start("setlkw", fa, "w", 1, 1)
    a.blocked()
    eq(b.call("setlkw", fb, "w", 0, 1), "!EDEADLK")
    b.call("setlk", fb, "u", 0, 0)
    eq(a.result(), 0)


@test
def deadlock_of_three_is_refused(t):
    procs = [t.a() for _ in range(3)]
    for i, (p, fd) in enumerate(procs):
        p.call("setlk", fd, "w", i, 1)
    for i in (0, 1):
        procs[i][0].start("setlkw", procs[i][1], "w", i + 1, 1)
        procs[i][0].blocked()
    p, fd = procs[2]
    eq(p.call("setlkw", fd, "w", 0, 1), "!EDEADLK")
    p.end()
    eq(procs[1][0].result(), 0)


@test
def cycles_over_both_nodes_are_refused(t):
    """Owners on either node, a file for each lock: no table sees the whole cycle."""
    for count in range(2, 11):
        procs = [Proc(t.dirs[i * 7 % 3 % 2]) for i in range(count)]
        names = ["%s-%d-%d" % (t.name, count, i) for i in range(count)]
        for i, p in enumerate(procs):
            eq(p.call("setlk", p.open(names[i]), "w", 0, 1), 0)
        wants = [p.open(names[(i + 1) % count]) for i, p in enumerate(procs)]
        for i in range(count - 1):
            procs[i].start("setlkw", wants[i], "w", 0, 1)
            procs[i].blocked()
        eq(procs[-1].call("setlkw", wants[-1], "w", 0, 1), "!EDEADLK", "cycle of %d" % count)
        for i in range(count - 1, 0, -1):
            procs[i].end()
            eq(procs[i - 1].result(), 0, "owner %d of %d" % (i - 1, count))
        procs[0].end()


@test
def flock_knows_no_deadlock(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("flock", fa, "x")
    ob = b.open(t.name + "-other")
    b.call("flock", ob, "x")
    oa = a.open(t.name + "-other")
    a.start("flock", oa, "x")
    a.blocked()
    b.start("flock", fb, "x")
    b.blocked()
    a.kill()
    eq(b.result(), None)


@test
def chain_without_cycle_is_no_deadlock(t):
    (a, fa), (b, fb), (c, fc) = t.a(), t.a(), t.a()
    a.call("setlk", fa, "w", 0, 1)
    b.call("setlk", fb, "w", 1, 1)
    b.start("setlkw", fb, "w", 0, 1)
    b.blocked()
    c.start("setlkw", fc, "w", 1, 1)
    c.blocked()
    a.call("setlk", fa, "u", 0, 0)
    eq(b.result(), 0)
    b.call("setlk", fb, "u", 0, 0)
    eq(c.result(), 0)


@test
def wrong_descriptor_mode_is_refused(t):
    a = Proc(t.dirs[0])
    eq(a.call("setlk", a.open(t.name, "w"), "r", 0, 1), "!EBADF")
    eq(a.call("setlk", a.open(t.name, "r"), "w", 0, 1), "!EBADF")


@test
def ofd_lock_conflicts_everywhere(t):
    (a, fa), (b, fb) = t.a(), t.b()
    second = a.open(t.name)
    eq(a.call("ofd_setlk", fa, "w", 0, 10), 0)
    eq(a.call("ofd_setlk", second, "w", 5, 1), "!EAGAIN", "same process, other description")
    eq(a.call("setlk", second, "w", 5, 1), "!EAGAIN", "POSIX lock of the same process")
    eq(b.call("setlk", fb, "w", 5, 1), "!EAGAIN")
    eq(b.call("ofd_setlk", fb, "r", 9, 1), "!EAGAIN")
    eq(b.call("getlk", fb, "w", 0, 0)[:3], ["w", 0, 10])


@test
def ofd_lock_survives_close_of_another_description(t):
    (a, fa), (b, fb) = t.a(), t.b()
    second = a.open(t.name)
    a.call("ofd_setlk", fa, "w", 0, 10)
    a.call("close", second)
    time.sleep(0.1)
    eq(b.call("setlk", fb, "w", 5, 1), "!EAGAIN")


@test
def ofd_lock_ends_with_last_descriptor(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("ofd_setlk", fa, "w", 0, 10)
    copy = a.call("dup", fa)
    a.call("close", fa)
    time.sleep(0.1)
    eq(b.call("setlk", fb, "w", 5, 1), "!EAGAIN", "dup still open")
    a.call("close", copy)
    eventually_free(b, fb)


@test
def ofd_lock_is_inherited_by_fork(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("ofd_setlk", fa, "w", 0, 10)
    child = a.call("fork_keep")
    a.call("close", fa)
    time.sleep(0.1)
    eq(b.call("setlk", fb, "w", 5, 1), "!EAGAIN", "child holds the description")
    a.call("reap", child)
    eventually_free(b, fb)


@test
def ofd_waiter_is_granted(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("ofd_setlk", fa, "w", 0, 10)
    b.start("ofd_setlkw", fb, "r", 0, 10)
    b.blocked()
    a.call("ofd_setlk", fa, "u", 0, 0)
    eq(b.result(), 0)


@test
def flock_excludes_across_nodes(t):
    (a, fa), (b, fb) = t.a(), t.b()
    eq(a.call("flock", fa, "x"), None)
    eq(b.call("flock", fb, "sn"), "!EAGAIN")
    b.start("flock", fb, "x")
    b.blocked()
    a.call("flock", fa, "u")
    eq(b.result(), None)
    eq(a.call("flock", fa, "sn"), "!EAGAIN")


@test
def flock_excludes_within_a_node(t):
    (a, fa), (b, fb) = t.a(), t.a()
    eq(a.call("flock", fa, "x"), None)
    eq(b.call("flock", fb, "xn"), "!EAGAIN")
    b.start("flock", fb, "s")
    b.blocked()
    a.call("flock", fa, "u")
    eq(b.result(), None)


@test
def flock_is_shared_by_readers(t):
    (a, fa), (b, fb) = t.a(), t.b()
    eq(a.call("flock", fa, "s"), None)
    eq(b.call("flock", fb, "sn"), None)
    eq(a.call("flock", fa, "xn"), "!EAGAIN")


@test
def flock_upgrade_and_downgrade(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("flock", fa, "s")
    eq(a.call("flock", fa, "xn"), None)
    eq(b.call("flock", fb, "sn"), "!EAGAIN")
    eq(a.call("flock", fa, "s"), None)
    eq(b.call("flock", fb, "sn"), None)


@test
def flock_belongs_to_the_description(t):
    (a, fa), (b, fb) = t.a(), t.b()
    copy = a.call("dup", fa)
    a.call("flock", fa, "x")
    a.call("close", fa)
    time.sleep(0.1)
    eq(b.call("flock", fb, "sn"), "!EAGAIN", "dup still open")
    a.call("close", copy)
    eventually(lambda: b.call("flock", fb, "sn"), None)


@test
def flock_is_inherited_by_fork(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("flock", fa, "x")
    child = a.call("fork_keep")
    a.call("close", fa)
    time.sleep(0.1)
    eq(b.call("flock", fb, "sn"), "!EAGAIN")
    a.call("reap", child)
    eventually(lambda: b.call("flock", fb, "sn"), None)


@test
def flock_of_two_descriptions_in_one_process(t):
    a, fa = t.a()
    second = a.open(t.name)
    a.call("flock", fa, "x")
    eq(a.call("flock", second, "xn"), "!EAGAIN")


@test
def flock_waiter_interrupted_leaves_nothing(t):
    for start in (t.a, t.b):
        (a, fa), (b, fb), (c, fc) = t.a(), start(), t.b()
        a.call("flock", fa, "x")
        b.start("flock", fb, "x")
        b.blocked()
        b.kill(signal.SIGUSR1)
        eq(b.result(), "!EINTR")
        a.call("flock", fa, "u")
        eq(c.call("flock", fc, "xn"), None)
        for p in (a, b, c):
            p.end()


@test
def flock_waiter_killed_leaves_nothing(t):
    for start in (t.a, t.b):
        (a, fa), (b, fb), (c, fc) = t.a(), start(), t.b()
        a.call("flock", fa, "x")
        b.start("flock", fb, "x")
        b.blocked()
        b.kill()
        a.call("flock", fa, "u")
        eventually(lambda: c.call("flock", fc, "xn"), None)
        for p in (a, c):
            p.end()


@test
def flock_and_fcntl_are_strangers(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("flock", fa, "x")
    eq(b.call("setlk", fb, "w", 0, 0), 0)
    eq(b.call("flock", fb, "xn"), "!EAGAIN")


@test
def locks_survive_rename_and_unlink(t):
    (a, fa), (b, fb) = t.a(), t.b()
    a.call("setlk", fa, "w", 0, 10)
    path = os.path.join(t.dirs[1], t.name)
    eq(b.call("rename", path, path + "-2"), None)
    eq(b.call("setlk", fb, "w", 0, 1), "!EAGAIN")
    eq(b.call("unlink", path + "-2"), None)
    eq(b.call("setlk", fb, "w", 0, 1), "!EAGAIN")
    a.call("setlk", fa, "u", 0, 0)
    eq(b.call("setlk", fb, "w", 0, 1), 0)


@test
def many_ranges(t):
    (a, fa), (b, fb) = t.a(), t.b()
    for i in range(200):
        eq((a if i % 2 else b).call("setlk", fa if i % 2 else fb, "w", i * 10, 5), 0)
    eq(b.call("getlk", fb, "w", 0, 0)[:3], ["w", 10, 5])
    eq(a.call("setlk", fa, "w", 0, 0), "!EAGAIN")
    b.end()
    eventually(lambda: a.call("setlk", fa, "w", 0, 0), 0)


def run(a, b, wanted):
    failed = passed = 0
    for i, f in enumerate(TESTS):
        if wanted and f.__name__ not in wanted:
            continue
        try:
            f(Both(a, b, "lock-%02d" % i))
            passed += 1
            print("PASS %s" % f.__name__, flush=True)
        except Failed as e:
            failed += 1
            print("FAIL %s: %s" % (f.__name__, e), flush=True)
        finally:
            for p in Proc.live:
                if p.p.poll() is None:
                    p.kill()
            Proc.live.clear()
    print("%d passed, %d failed" % (passed, failed))
    return failed


if __name__ == "__main__":
    sys.exit(1 if run(sys.argv[1], sys.argv[2], sys.argv[3:]) else 0)
