# Shared by bin/lockstep and bin/verify: finds a JDK, installs what is missing, builds.
# Needs $home, the top of the checkout.

say() { echo "lockstep: $*" >&2; }
die() { say "$*"; exit 1; }

# Prints the major version of a JDK home.
major_of() { sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"; }

# Prints the newest JDK home from 17 up. Reads "release" files: asking each java for its version costs more than a client command may take.
newest_jdk() {
  local dir version best='' best_version=16
  for dir in ${JAVA_HOME:+"$JAVA_HOME"} /usr/lib/jvm/* /opt/java/*; do
    [ -x "$dir/bin/java" ] && [ -r "$dir/release" ] || continue
    version=$(major_of "$dir")
    if [ "${version:-0}" -gt "$best_version" ] && [ -x "$dir/bin/${1:-java}" ]; then
      best=$dir best_version=$version
    fi
  done
  [ -n "$best" ] && echo "$best"
}

# Prints the oldest JDK home from 17 up that has a compiler: what formats and analyses the sources is made for that one.
build_jdk() {
  local dir version best='' best_version=1000
  for dir in ${JAVA_HOME:+"$JAVA_HOME"} /usr/lib/jvm/* /opt/java/*; do
    [ -x "$dir/bin/javac" ] && [ -r "$dir/release" ] || continue
    version=$(major_of "$dir")
    if [ "${version:-0}" -ge 17 ] && [ "$version" -lt "$best_version" ]; then
      best=$dir best_version=$version
    fi
  done
  [ -n "$best" ] && echo "$best"
}

# True if a command or a shared library is there.
have() {
  command -v "$1" >/dev/null || [ -e "/usr/sbin/$1" ] || compgen -G "/usr/lib/*/$1" >/dev/null
}

# Installs the Debian packages that provide commands or libraries which are not there: need NAME=PACKAGE ...
need() {
  local pair missing=''
  for pair in "$@"; do
    have "${pair%%=*}" || missing="$missing ${pair#*=}"
  done
  [ -n "$missing" ] || return 0
  [ "$(id -u)" = 0 ] || die "missing packages:$missing (install them, or run as root to have them installed)"
  say "installing$missing"
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"${TMPDIR:-/tmp}/lockstep-apt.log" 2>&1 ||
    die "apt-get failed; see ${TMPDIR:-/tmp}/lockstep-apt.log"
}

need_build_tools() {
  build_jdk >/dev/null || need no-such-jdk=openjdk-17-jdk-headless
  need mvn=maven
  JAVA_HOME=$(build_jdk) || die "no JDK from 17 up"
  export JAVA_HOME
}

# Each build gets a directory of its own: a daemon that runs goes on with the jars it was started from.
dist=$home/fs-fuse/target/dist
jar=$dist/current/lockstep.jar
kept_builds=3

# True if a jar is missing or something that it is built from is newer.
older_than_sources() {
  [ -e "$1" ] || return 0
  [ -d "$home/fs-fuse/src" ] || return 1
  [ -n "$(find "$home"/pom.xml "$home"/fs-*/pom.xml "$home"/fs-*/src/main -newer "$1" -print -quit)" ]
}

stale() { older_than_sources "$jar"; }

# What jnr-ffi needs to get at memory and C functions; adds to "flags" for JDK "major".
native_flags() {
  flags+=(--add-opens java.base/java.nio=ALL-UNNAMED --add-opens java.base/sun.nio.ch=ALL-UNNAMED)
  [ "$major" -lt 22 ] || flags+=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)
}

# Commands are short: fast to start, and small.
client_flags=(-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m)

# What a daemon runs with; adds to "flags" for JDK "major".
daemon_flags() {
  native_flags
  # Hazelcast reads these for its metrics and locks.
  flags+=(--add-modules java.se --add-exports java.base/jdk.internal.ref=ALL-UNNAMED --add-opens java.base/java.lang=ALL-UNNAMED
    --add-opens java.management/sun.management=ALL-UNNAMED --add-opens jdk.management/com.sun.management.internal=ALL-UNNAMED
    -XX:+UseG1GC -XX:MaxDirectMemorySize=1g -Xmx2g)
}

# The archive, for a JDK, of the classes that a build's "client" commands or its "daemon" load.
archive_of() { echo "${1%/*}/$3-$(basename "$2").jsa"; }

# Prints the flags that map classes from an archive, if there is one; quietly does without one that does not fit.
archive_flags() {
  local archive
  archive=$(archive_of "$installed" "$jdk" "$1")
  [ ! -e "$archive" ] || echo "-XX:SharedArchiveFile=$archive -Xshare:auto -Xlog:disable -Xlog:all=error:stderr -Xlog:cds=off:stderr"
}

# Makes an archive by a run that loads what it is for: make_archive JDK JAR client|daemon FLAG... -- ARGUMENT...
make_archive() {
  local jdk=$1 jar=$2 archive jvm=()
  archive=$(archive_of "$jar" "$jdk" "$3")
  shift 3
  while [ "$1" != -- ]; do jvm+=("$1"); shift; done
  "$jdk/bin/java" "${jvm[@]}" -Xlog:disable -XX:ArchiveClassesAtExit="$archive.new" -jar "$jar" warm-up "${@:2}" >/dev/null 2>&1 &&
    mv "$archive.new" "$archive" || rm -f "$archive.new"
}

make_archives() {
  local jdk major flags=()
  jdk=$(newest_jdk)
  major=$(major_of "$jdk")
  daemon_flags
  make_archive "$jdk" "$1" client "${client_flags[@]}" --
  make_archive "$jdk" "$1" daemon "${flags[@]}" -- --daemon
}

install_build() {
  local fresh
  fresh=$dist/$(date +%s%N)
  mkdir -p "$fresh"
  cp -r "$home/fs-fuse/target/lockstep.jar" "$home/fs-fuse/target/lib" "$fresh/"
  touch "$fresh/lockstep.jar"
  make_archives "$fresh/lockstep.jar"
  ln -sfn "$fresh" "$dist/current.new"
  mv -T "$dist/current.new" "$dist/current"
  ls -d "$dist"/[0-9]* | head -n -$kept_builds | xargs -r rm -rf
}

compile() {
  say "building"
  need_build_tools
  (cd "$home" && mvn -B -q -DskipTests -DskipErrorProne -Dspotless.check.skip -pl fs-fuse -am package) >"$home/fs-fuse/target/build.log" 2>&1 9>&- ||
    { tail -n 30 "$home/fs-fuse/target/build.log" >&2; die "build failed; see $home/fs-fuse/target/build.log"; }
}

build() {
  mkdir -p "$home/fs-fuse/target"
  exec 9>"$home/fs-fuse/target/.build.lock"
  flock 9
  if stale; then
    # What a Maven run has just made will do: integration tests come here from within one.
    ! older_than_sources "$home/fs-fuse/target/lockstep.jar" || compile
    install_build
  fi
  exec 9>&-
}
