# Sourced by bin/hearth, bin/htpipe and bin/callscgi: finds Java and the distribution, which in a checkout is built on first use, and
# starts its launcher with an archive of recorded classes. $program is the name for messages, $root the directory above bin/.

fail() {
  echo "$program: $1" >&2
  exit 1
}

# Java would open its own files under the number of a descriptor that is closed.
if [ -d /proc/self/fd ]; then
  [ -e /proc/self/fd/0 ] || exec < /dev/null
  [ -e /proc/self/fd/1 ] || exec > /dev/null
  [ -e /proc/self/fd/2 ] || exec 2> /dev/null
fi

find_java() {
  if [ -n "${JAVA_HOME:-}" ]; then
    java=$JAVA_HOME/bin/java
    [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, but $java is not there"
  else
    java=$(command -v java) || fail "no java found; install a JDK 17 or newer, or set JAVA_HOME"
  fi
  release=$(readlink -f "$java")
  release=${release%/bin/java}/release
  version=
  # without a process of its own: this is on the way of every start
  if [ -r "$release" ]; then
    while IFS= read -r line; do
      case $line in
        JAVA_VERSION=*) version=${line#*\"} version=${version%\"*} ;;
      esac
    done < "$release"
  fi
  [ -n "$version" ] || version=$("$java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p')
  major=${version%%[.+-]*}
  [ "${major:-0}" -ge 17 ] 2> /dev/null || fail "$java is version ${version:-unknown}; 17 or newer is needed"
}

# Options for quick start and a small footprint. With -Xlog:disable an archive that does not fit is passed over in silence.
options() {
  # The optimizing compiler starts a little later than by default: at a start its threads compete with the work for few cores.
  opts="-XX:Tier4InvocationThreshold=20000 -XX:Tier4MinInvocationThreshold=4000"
  opts="$opts -XX:Tier4CompileThreshold=40000 -XX:Tier4BackEdgeThreshold=120000"
  # Netty's search for buffers that were lost takes a stack trace for one in a hundred; HEARTH_OPTS can switch it on again.
  opts="$opts -Dio.netty.leakDetection.level=disabled"
  # Without the file for jps(1) and jstat(1), whose making a start waits for; jcmd(1) with a process id works all the same.
  opts="$opts -XX:-UsePerfData -XX:+IgnoreUnrecognizedVMOptions --sun-misc-unsafe-memory-access=allow -Xlog:disable -Xlog:all=error:stderr"
  # Java raises the soft limit of descriptors to the hard one; programs that it starts get the caller's.
  opts="$opts -Dhearth.caller.nofile=$(ulimit -S -n)"
  case " ${HEARTH_OPTS:-}" in
    *-XX:+Use*GC*) ;;
    *) opts="$opts -XX:+UseSerialGC" ;;
  esac
  # With JDK 22 and later: reflection that is ready at once. Not where other people's code runs, which may live on the faster kind.
  [ "$program" = hearth ] || opts="$opts -Djdk.reflect.useNativeAccessorOnly=true"
}

# A word of its own, for there may be a space in the path of the distribution.
archive_option=

# Archives of the classes that a start loads, one for each JDK, build and way of starting, $1. They are made on the first start that can
# write them, by the function record; without them everything works, only the start takes longer. With "only" as $2 an archive is
# used but not made.
use_archive() {
  if [ "$major" -ge 25 ]; then
    record_option=-XX:AOTCacheOutput use_option=-XX:AOTCache
  else
    record_option=-XX:ArchiveClassesAtExit use_option=-XX:SharedArchiveFile
  fi
  # two lines: what is recorded and how
  sum=$(cksum "$jar" "$bin/common.sh")
  how=${sum##*
}
  archives=$program-$version-${sum%% *}-${how%% *}
  archive=$dist/cache/$archives/$1
  if ! recorded && [ "${2:-}" != only ] && mkdir -p "$dist/cache" 2> /dev/null && [ -w "$dist/cache" ]; then
    # one recording at a time; who comes meanwhile does not wait for it. Nobody else removes what one that was killed has left.
    if command -v flock > /dev/null; then
      { if flock -n 9; then rm -rf "$dist/cache/recording-$program."*; train; fi; } 9> "$dist/cache/$program.lock"
    else
      train
    fi
  fi
  if recorded && [ -f "$archive" ]; then archive_option=$use_option=$archive; fi
}

# Whether archives were recorded here: those of a distribution that was moved are refused, or taken for what stood in the other place.
recorded() {
  place=
  if [ -r "$dist/cache/$archives/dist" ]; then IFS= read -r place < "$dist/cache/$archives/dist" || true; fi
  [ "$place" = "$dist" ]
}

# Lets the function record run the distribution once: it has to write archives into the directory $work and to return 0.
train() {
  work=$(mktemp -d "$dist/cache/recording-$program.XXXXXX") || return 0
  pid=
  trap 'kill $pid 2> /dev/null; rm -rf "$work"; exit 130' INT TERM HUP
  status=0
  # JDK 25 puts into an archive how methods were compiled, and begins the next start with that. Of the quick compiler alone it makes htpipe
  # start the sooner, but what is compiled so stays so for ever: good enough for a program that does little in Java. The others record
  # nothing of it and are compiled for the long run. The profiles of both compilers would cost a start more than they save.
  given_opts=$opts
  case $program in
    htpipe) opts="$opts -XX:TieredStopAtLevel=1" ;;
    *) opts="$opts -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining" ;;
  esac
  record || status=$?
  opts=$given_opts
  trap - INT TERM HUP
  # Only what was written to its end: a truncated archive crashes the JVM that maps it. Without one the directory says not to try again.
  if [ "$status" -ne 0 ]; then rm -rf "${work:?}"/*; fi
  printf '%s\n' "$dist" > "$work/dist"
  rm -rf "$dist/cache/$program-$version-"*
  # a rename: who starts at this moment sees all of it or nothing
  mv "$work" "$dist/cache/$archives" 2> /dev/null || rm -rf "$work"
}

# The virtual machine takes words, directories and variables for text in the encoding of the locale and loses what is none. It is told
# a name of the working directory that is ASCII. Where there is other UTF-8 and the caller's locale is not for that it runs in one that
# is; by $callers its launcher gives children the LC_ALL of the caller back.
speak_utf8() {
  callers=
  # not $PWD, in which symbolic links are not followed
  case $(pwd -P) in
    *[!\ -~]*) opts="$opts -Duser.dir=/proc/self/cwd" ;;
  esac
  given="$*${HOME:-}${TMPDIR:-}$dist"
  case $given in
    *[!\ -~]*) ;;
    *) return 0 ;;
  esac
  case $(locale charmap 2> /dev/null) in
    UTF-8) return 0 ;;
    # ASCII: whatever it is, nothing is lost by taking it for UTF-8
    ANSI_X3.4-1968) ;;
    *) printf %s "$given" | iconv -f UTF-8 -t UTF-8 > /dev/null 2>&1 || return 0 ;;
  esac
  # not every system has this locale, nor every system the program that knows
  case $(LC_ALL=C.UTF-8 locale charmap 2> /dev/null) in
    UTF-8 | '')
      callers="-Dhearth.caller.lc_all=${LC_ALL+=$LC_ALL}"
      LC_ALL=C.UTF-8
      export LC_ALL
      ;;
  esac
}

locate() {
  dist=$root
  [ -d "$root/lib" ] || dist=$root/launcher/target/dist
  # the last file that a build puts into the distribution
  for jar in "$dist"/lib/hearth-launcher-*.jar; do :; done
}

# Whether a build has put all there.
complete() {
  [ -f "$jar" ] && [ -f "$dist/lib/htpipe.jar" ]
}

# One build at a time; who waited for the lock finds it done.
build() {
  [ "$dist" != "$root" ] || fail "$root/lib lacks hearth-launcher-*.jar or htpipe.jar; the distribution is not complete"
  command -v mvn > /dev/null || fail "this checkout is not built yet, and building needs Maven (mvn)"
  mkdir -p "$root/launcher/target"
  (
    if command -v flock > /dev/null; then flock 8; fi
    locate
    if complete; then exit 0; fi
    echo "$program: first use of this checkout, building (a minute or two, once) ..." >&2
    cd "$root"
    JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$java")")") mvn -q -DskipTests -Dcheckstyle.skip -Dformatter.skip \
      -pl launcher -am package >&2 < /dev/null 8>&- || fail "the build failed; see above"
    echo "$program: built $dist" >&2
  ) 8> "$root/launcher/target/build.lock"
  locate
}

find_java
locate
complete || build
options
