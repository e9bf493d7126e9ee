#!/usr/bin/env bash
# Keeps one server running and starts jobs beside it, as a container's first process does: keeper.sh FIFO COMMAND...
# The FIFO takes a word a line: start, restart, stop, quit, or `run SHELL COMMAND`. Traced, it shows all that it starts.
fifo=$1
shift
stop() { [ -n "${server-}" ] && kill -TERM "$server" 2>/dev/null && wait "$server" 2>/dev/null; server=; }
# A session of its own: Apache ends its whole process group when it is stopped.
serve() { exec setsid "$@" 3>&-; }
exec 3<>"$fifo"
while read -r -u 3 word rest; do
  case $word in
  start) serve "$@" & server=$! ;;
  restart) stop; serve "$@" & server=$! ;;
  stop) stop ;;
  run) bash -c "$rest" 3>&- >/dev/null 2>&1 & ;;
  quit) stop; exit 0 ;;
  esac
done
