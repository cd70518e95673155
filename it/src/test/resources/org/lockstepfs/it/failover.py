#!/usr/bin/env python3
"""Holds a lock, or waits for one and says when it came.

usage: failover.py hold DIR | failover.py wait DIR

hold prints "held" when it has an fcntl lock on DIR/fcntl and a flock on DIR/flock, has made DIR/work, and sleeps. wait
prints "waiting", and then a line "STEP NANOSECONDS" of the monotonic clock for each step: the fcntl lock, the flock, a
file made in DIR/work.
"""
import fcntl
import os
import sys
import time

role, top = sys.argv[1:]


def opened(name):
    return os.open(os.path.join(top, name), os.O_RDWR | os.O_CREAT, 0o644)


def say(what):
    print(what, time.monotonic_ns(), flush=True)


def work():
    name = os.path.join(top, "work", str(time.monotonic_ns()))
    os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY))


if role == "hold":
    os.makedirs(os.path.join(top, "work"), exist_ok=True)
    locks = opened("fcntl"), opened("flock")
    fcntl.lockf(locks[0], fcntl.LOCK_EX)
    fcntl.flock(locks[1], fcntl.LOCK_EX)
    work()
    print("held", flush=True)
    time.sleep(1000)
else:
    locks = opened("fcntl"), opened("flock")
    print("waiting", flush=True)
    fcntl.lockf(locks[0], fcntl.LOCK_EX)
    say("fcntl")
    fcntl.flock(locks[1], fcntl.LOCK_EX)
    say("flock")
    work()
    say("create")
