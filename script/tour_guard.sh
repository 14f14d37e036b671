#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The third part of the tour, for script/tour.sh: two containers of the image run under the guard and talk; then one is
# attacked. Podman has loaded the image. Needs a kernel that lets the guard work; says so and ends where it does not.
#
#   script/tour_guard.sh DOORMAN
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

doorman=$1
image=localhost/shop:1
alerts=$root/build/tour/alerts said=$root/build/tour/guard.log
guard=0

skip() {
  printf '\n# The guard is not shown here: %s\n' "$1"
  exit 0
}
if ! "$doorman" guard --check >"$said"; then skip "this kernel does not let it work; $doorman guard --check tells more"; fi

containers=(podman --runtime runc run --ulimit nofile=20000:20000 --ulimit nproc=4096:4096 --pull never --entrypoint /usr/bin/python3)

end_all() {
  if ((guard != 0)); then kill "$guard" 2>/dev/null || true; fi
  podman rm -f -t 0 --ignore shop-db shop-mail shop-web >/dev/null 2>&1 || true
  "$doorman" guard --remove >/dev/null 2>&1 || true
}
trap end_all EXIT

# start_guard OPTION...: in the background, until it says that it guards.
start_guard() {
  if ((guard != 0)); then
    kill "$guard"
    wait "$guard" || true
  fi
  printf '$ %s guard %s &\n' "$doorman" "$*"
  : >"$said"
  "$doorman" guard "$@" >>"$alerts" 2>"$said" &
  guard=$!
  for ((tries = 0; tries < 100; ++tries)); do
    if grep -q guarding "$said"; then return; fi
    if ! kill -0 "$guard" 2>/dev/null; then break; fi
    sleep 0.1
  done
  cat "$said" >&2
  guard=0
  exit 1
}

# serve NAME PORT: a container that answers.
serve() {
  "${containers[@]}" -d --name "$1" --label "app=$1" "$image" -c "
import socket
listener = socket.create_server(('', $2))
while True: listener.accept()[0].sendall(b'welcome')
" >/dev/null
}

address() { podman inspect -f '{{.NetworkSettings.IPAddress}}' "$1"; }

# web PROGRAM: a container shop-web that runs it, as a service with a flaw might be made to.
web() { "${containers[@]}" --rm --name shop-web --label app=shop-web "$image" -c "$1" 2>&1 || true; }

printf '\n# The image runs. A guard knows its containers from the creation of their control groups, and learns who speaks to whom.\n'
podman rm -f -t 0 --ignore shop-db shop-mail shop-web >/dev/null 2>&1 || true
: >"$alerts"
start_guard --flows discover
serve shop-db 5432
serve shop-mail 25
db=$(address shop-db) mail=$(address shop-mail)
if [[ -z $db ]]; then skip "podman has no network here"; fi
printf '$ podman run … shop-web    # it asks the database, as it always does\n'
web "import socket; print(socket.create_connection(('$db', 5432)).recv(99).decode())"
sleep 1
printf '$ %s flows\n' "$doorman"
"$doorman" flows
"$doorman" flows --format svg >"$root/build/tour/flows.svg"
printf '(the same as a picture: build/tour/flows.svg)\n'
sleep 5 # what was learned is kept every few seconds

printf "\n# From now on: only the image's programs run, and only known peers are spoken to.\n"
start_guard --drift deny --flows protect
printf '$ podman run … shop-web    # this time somebody is in it\n'
web "
import os, socket
def attempt(what, do):
    try: print(f'{what}: {do()}', flush=True)
    except Exception as error: print(f'{what}: {error}', flush=True)
def run(program):
    # As an exit code, like a shell's: 126 could not be run, 137 killed.
    child = os.fork()
    if child == 0:
        try: os.execv(program, ['x'])
        except OSError: os._exit(126)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {126: 'Operation not permitted', -9: 'killed before its first instruction'}.get(code, f'ran, exit code {code}')
def write(path):
    with open('/bin/true', 'rb') as source, open(path, 'wb') as target: target.write(source.read())
    os.chmod(path, 0o755)
    return path
def in_memory():
    descriptor = os.memfd_create('x', 0)
    os.write(descriptor, open('/bin/true', 'rb').read())
    return run(f'/proc/self/fd/{descriptor}')
def reverse_shell():
    talk = socket.create_connection(('$db', 5432))
    child = os.fork()
    if child == 0:
        for number in range(3): os.dup2(talk.fileno(), number)
        os._exit(0)
    os.waitpid(child, 0)
    return 'standard input and output are a connection'
attempt('still speaks to the database', lambda: socket.create_connection(('$db', 5432)).recv(99).decode())
attempt('runs a program that it wrote', lambda: run(write('/tmp/dropped')))
attempt('runs a program from memory', in_memory)
attempt('reads the password hashes', lambda: f\"{len(open('/etc/shadow').read())} bytes\")
attempt('calls the mail server, which it never did', lambda: socket.create_connection(('$mail', 25)).recv(99))
attempt('makes a reverse shell', reverse_shell)
"
sleep 1
printf '\n# What the guard told:\n'
# The commands of this attack are its whole script; the log has them.
sed -E 's/\(command=.*( image=)/(\1/; s/\( image/(image/' "$alerts" | cut -c1-170
printf '\n# And what is known of the container, now that it is gone:\n$ %s ps shop-web\n' "$doorman"
"$doorman" ps shop-web
printf '\n# All that the four doors know of its image, by one digest:\n$ %s show shop:1\n' "$doorman"
"$doorman" show shop:1
