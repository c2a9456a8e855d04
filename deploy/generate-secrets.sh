#!/usr/bin/env bash
# Makes every secret that is missing, strong, under AUTOTELE_SECRETS_DIR (default ./secrets); what is there stays. As root:
# the files belong to the user and group that the containers run as.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -e .env ]] || { echo 'First: cp .env.example .env, and fill it in.' >&2; exit 1; }

# As docker compose reads it: the environment first, then .env, whose values may hold spaces.
setting() {
  local value=${!1:-}
  [[ -n $value ]] || value=$(sed -n "s/^$1=//p" .env | tail -n 1)
  echo "${value:-${2:-}}"
}
folder=$(setting AUTOTELE_SECRETS_DIR ./secrets)
backups=$(setting AUTOTELE_BACKUPS_DIR ./backups)

install --directory --owner=1000 --group=1000 --mode=0750 "$folder"
install --directory --owner=1000 --group=1000 --mode=0755 "$backups" "$backups/metrics"

# What monitoring probes and whom it writes to, with this host's names; edit alertmanager.yml before relying on it.
names() {
  sed -e "s|license.example.com|$(setting AUTOTELE_DOMAIN)|; s|https://pay.example.com|$(setting AUTOTELE_BTCPAY_URL)|" \
    -e "s|you@example.com|$(setting ACME_EMAIL)|" "$1"
}
for file in probes.yml alertmanager.yml; do
  [[ -e $folder/$file ]] || names "deploy/monitoring/$file" | install --owner=1000 --group=1000 --mode=0644 /dev/stdin "$folder/$file"
done

docker compose build license-server
docker compose run --rm --no-deps tools secrets:init /run/autotele
cat <<NEXT

Still to be put into $folder:
  btcpay-api-key        the key of the store (see .env.example), with: install -o 1000 -g 1000 -m 0640 /dev/stdin $folder/btcpay-api-key
  license-keyset.jwt    the key set, signed on the machine that keeps the root key: docker compose run --rm tools keys:sign --help
NEXT
