#!/usr/bin/env bash
# Restarts the license servers one after another; the next one waits until the one before is healthy again. With --recreate
# each is replaced by a new container, as for a new image or a changed .env.
set -euo pipefail
cd "$(dirname "$0")/.."

healthy() {
  for _ in $(seq 120); do
    [[ $(docker inspect --format '{{.State.Health.Status}}' "$1" 2>/dev/null) == healthy ]] && return
    sleep 0.5
  done
  echo "$1 does not become healthy: docker logs $1" >&2
  return 1
}

mapfile -t servers < <(docker compose ps --quiet license-server)
if ((${#servers[@]} < 2)); then
  echo 'Fewer than two license servers run: requests wait some seconds while one restarts.' >&2
fi
for server in "${servers[@]}"; do
  if [[ ${1:-} == --recreate ]]; then
    docker rm --force "$(docker stop "$server")" >/dev/null
    docker compose up --detach --no-recreate license-server
    # The new one is whichever is not of the old ones.
    while read -r one; do healthy "$one"; done < <(docker compose ps --quiet license-server)
  else
    docker restart "$server" >/dev/null
    healthy "$server"
  fi
done
