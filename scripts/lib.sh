# Shared by the scripts: where things are, and how progress is told. Sourced, not run.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VENV=$ROOT/.venv
TOOLS=$ROOT/.cache/tools
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-auto}
cd "$ROOT"

# When the first script began; scripts call each other.
export STARTED=${STARTED:-$(date +%s)}

# say TEXT: one line of progress, with the time since then.
say() { printf '[%3ds] %s\n' $(($(date +%s) - STARTED)) "$*"; }

# quietly TEXT COMMAND...: runs a long command; its output is shown only when it fails.
quietly() {
  local what=$1 log
  shift
  log=$(mktemp)
  say "$what …"
  if "$@" >"$log" 2>&1; then
    rm -f "$log"
  else
    local code=$?
    cat "$log" >&2
    rm -f "$log"
    say "failed: $what"
    return "$code"
  fi
}

# need COMMAND HINT: stops when a command is missing that no package registry here provides.
need() { command -v "$1" >/dev/null || { echo "$1 is missing: $2" >&2; exit 1; }; }

# postgres_bin: the folder of the newest PostgreSQL's programs; fails where there is none that is new enough.
postgres_bin() {
  local found
  found=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -1)
  [ -x "$found" ] && found=$(dirname "$found") || found=$(pg_config --bindir 2>/dev/null) || return
  [ "$("$found/postgres" --version 2>/dev/null | sed 's/.* \([0-9]*\)[.0-9]*.*/\1/')" -ge 15 ] 2>/dev/null && echo "$found"
}
