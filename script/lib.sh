# SPDX-License-Identifier: Apache-2.0
# What the scripts share: source it, first thing.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Objects are the same in every checkout and build folder, so that ccache shares them.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

# say WHAT...: one line about what happens now, on standard error.
say() {
  printf '%s\n' "==> $*" >&2
}

# quietly LOG COMMAND...: the command's output goes to the log, and is shown only when it fails.
quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  if ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    say "failed: $*"
    return 1
  fi
}

# configure PRESET: once; CMake repeats it by itself when one of its files has changed.
configure() {
  if [[ ! -f $root/build/$1/build.ninja ]]; then
    quietly "$root/build/logs/configure-$1.log" cmake -S "$root" --preset "$1"
  fi
}

# sources: every C++ file of ours that git knows or could know, one on a line.
sources() {
  git -C "$root" ls-files --cached --others --exclude-standard -- '*.cc' '*.h' | sort -u | while IFS= read -r file; do
    if [[ -f $root/$file ]]; then printf '%s\n' "$file"; fi
  done
}
