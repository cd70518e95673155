#!/usr/bin/env bash
# A session with the lock files of two nodes: dlmfs.sh CTL-OF-A CTL-OF-B
# Prints "dlmfs ok"; what goes wrong before says where.
set -eu
a=$1/dlm b=$2/dlm work=$(mktemp -d)
cleanup() { exec 3>&- 4>&- 5>&- 2>/dev/null || true; jobs -p | xargs -r kill 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT
trap 'echo "failed at line $LINENO"' ERR

fails() { # fails MESSAGE COMMAND...: the command fails, and says so
  local message=$1
  shift
  if "$@" >"$work/said" 2>&1; then echo "succeeded: $*"; return 1; fi
  grep -q "$message" "$work/said" || { cat "$work/said"; return 1; }
}

eventually() { # a close reaches the file system a moment after close(2)
  local i
  for i in $(seq 200); do
    if "$@" 2>/dev/null; then return 0; fi
    sleep 0.05
  done
  "$@"
}

begun() { grep -q . "$work/begun" 2>/dev/null; }
try_write() { dd if=/dev/zero of="$1" oflag=nonblock count=0 status=none; }
try_read() { dd if="$1" of=/dev/null iflag=nonblock bs=64 count=1 status=none; }
value() { head -n 1 <&"$1" | tr -d '\0'; }

grep -qx 'bast stackglue' "$a/capabilities"
mkdir "$a/backups" "$b/backups"
fails 'File exists' mkdir "$a/backups"

# EX on a: nothing on b, neither for writing nor for reading; the lock cannot be removed.
exec 3<>"$a/backups/nightly"
echo 'from a' >&3
fails 'Text file busy' try_write "$b/backups/nightly"
fails 'Text file busy' try_read "$b/backups/nightly"
fails 'Device or resource busy' rm "$a/backups/nightly"
fails 'Directory not empty' rmdir "$a/backups"

# Who waits can be interrupted, holds up nothing meanwhile, and leaves nothing behind.
bash -c 'echo $$ >"$1"; exec 4<"$2"' - "$work/begun" "$b/backups/nightly" &
waiter=$!
eventually begun
sleep 0.5
kill -0 $waiter
grep -qx 'bast stackglue' "$b/capabilities"
ls "$b/backups" | grep -qx nightly
kill $waiter
if wait $waiter 2>/dev/null; then echo 'the lock was granted twice'; false; fi
rm "$work/begun"

# The holder hears of who waits, by poll; its value crosses with the lock.
exec 3>&-
exec 3<>"$a/backups/nightly"
python3 -c 'import select, sys; sys.exit(len(select.select([3], [], [], 0)[0]))'
(exec 3>&-; exec 4<"$b/backups/nightly"; value 4 >"$work/value") &
reader=$!
python3 -c 'import select, sys; sys.exit(0 if select.select([3], [], [], 20)[0] else 1)'
exec 3>&-
wait $reader
grep -qx 'from a' "$work/value"

# PR on both, EX on neither.
exec 3<"$a/backups/nightly"
eventually try_read "$b/backups/nightly"
fails 'Text file busy' try_write "$b/backups/nightly"
exec 3>&-
eventually try_write "$b/backups/nightly"

# EX on b, then on a; the value comes back.
exec 5<>"$b/backups/nightly"
echo 'from b' >&5
exec 5>&-
exec 3<>"$a/backups/nightly"
[ "$(value 3)" = 'from b' ]
exec 3>&-

# No two at a time.
count() {
  local i n
  for i in $(seq 10); do
    exec 4>"$1/backups/counter"
    n=$(cat "$work/count")
    sleep 0.01
    echo $((n + 1)) >"$work/count"
    exec 4>&-
  done
}
echo 0 >"$work/count"
count "$a" & one=$!
count "$b" & two=$!
wait $one
wait $two
grep -qx 20 "$work/count"

eventually rm "$a"/backups/*
eventually rm "$b"/backups/*
rmdir "$a/backups" "$b/backups"
fails 'No such file' ls "$a/backups"
echo 'dlmfs ok'
