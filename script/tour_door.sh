#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The deploy door of the tour, for script/tour.sh: podman asks doorman-runtime before it makes a container of the image,
# which it has loaded.
#
#   script/tour_door.sh DOORMAN
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

doorman=$1
image=localhost/shop:1
tour=$root/build/tour

cat >"$tour/harden.yaml" <<'END'
- harden: No service of ours needs more
  condition: container.image startswith localhost/shop
  set:
    no_new_privileges: true
    read_only_root: true
    drop_capabilities: [NET_RAW, MKNOD, SETUID, SETGID, CHOWN, DAC_OVERRIDE]
END
# Podman hands its own environment to no runtime; usually these stand in /etc/doorman/config.yaml.
cat >"$tour/containers.conf" <<END
[engine]
conmon_env_vars = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DOORMAN_STATE_DIR=$root/$DOORMAN_STATE_DIR", "DOORMAN_RULES=admission,$tour/harden.yaml"]
END
export CONTAINERS_CONF=$tour/containers.conf

# ask WHY OPTION...: prints the command, and runs it with a program that tells what it may do.
ask() {
  printf '\n# %s\n$ podman --runtime %s-runtime run %s %s\n' "$1" "$doorman" "${*:2}" "$image"
  podman --runtime "$root/$doorman-runtime" run --rm --ulimit nofile=20000:20000 --ulimit nproc=4096:4096 --pull never "${@:2}" \
    --entrypoint /usr/bin/python3 "$image" -c "
import re
status = open('/proc/self/status').read()
print('started: user', re.search('Uid:\t(\d+)', status)[1], '- NoNewPrivs', re.search('NoNewPrivs:\t(\d)', status)[1], end=' - ')
try: open('/written', 'w'); print('/ may be written')
except OSError as error: print(error.strerror)
" 2>&1 || true
}

socket=/run/podman/podman.sock
if [[ ! -S $socket ]]; then
  mkdir -p "$(dirname "$socket")"
  podman system service --time 30 "unix://$socket" >/dev/null 2>&1 &
  for ((tries = 0; tries < 50; ++tries)); do
    if [[ -S $socket ]]; then break; fi
    sleep 0.1
  done
fi

ask "Before a container is made, policy is asked: by what the bundle wants, and by what the scan found in the image." --privileged
ask "The engine's socket is the host's root." --user 1000 --volume "$socket:/engine.sock"
ask "Root, in an image with a critical flaw that an update repairs."
ask "As a user of its own it may start, and is hardened on the way." --user 1000
printf '\n# Each answer is kept, with what was changed.\n$ %s events --kind admission\n' "$doorman"
"$doorman" events --kind admission
