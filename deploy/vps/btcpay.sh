#!/usr/bin/env bash
# Installs BTCPay Server beside the license server, as root: BTCPAY_HOST=pay.example.com deploy/vps/btcpay.sh
# On-chain bitcoin with a pruned node, without a proxy of its own: the Caddy of our compose file stands in front of it.
set -euo pipefail
: "${BTCPAY_HOST:?BTCPAY_HOST=pay.example.com}"
[[ $EUID -eq 0 ]] || { echo 'Run as root.' >&2; exit 1; }

folder=${BTCPAY_FOLDER:-/opt/btcpay}
# What was read and is known to fit; a later one is chosen by whoever has read what changed. It brings BTCPay Server 2.4.0.
version=${BTCPAY_DOCKER_REF:-f2dd817479e03ebfbe432d84b0b297950bd594d5}
[[ -d $folder/btcpayserver-docker ]] ||
  git clone https://github.com/btcpayserver/btcpayserver-docker "$folder/btcpayserver-docker"
cd "$folder/btcpayserver-docker"
git fetch --quiet origin
git checkout --quiet "$version"

export BTCPAY_HOST
export NBITCOIN_NETWORK=${NBITCOIN_NETWORK:-mainnet}
export BTCPAYGEN_CRYPTO1=btc
# No proxy of BTCPay's: its port is published on loopback alone, Caddy reaches it over the network "generated_default".
export BTCPAYGEN_REVERSEPROXY=''
export NOREVERSEPROXY_HTTP_PORT=127.0.0.1:23000
export REVERSEPROXY_DEFAULT_HOST=$BTCPAY_HOST
# No Lightning: one kind of payment, no channels to lose at a restore.
export BTCPAYGEN_LIGHTNING=''
export BTCPAYGEN_ADDITIONAL_FRAGMENTS=${BTCPAYGEN_ADDITIONAL_FRAGMENTS:-opt-save-storage-s}
export BTCPAYGEN_EXCLUDE_FRAGMENTS=opt-add-tor
# Lets the web application write the host's authorized_keys: never.
export BTCPAY_ENABLE_SSH=false
# An update of BTCPay's would remove every unused image of this host, ours too.
export BTCPAY_UPDATE_CLEAN=false
# btcpay-setup.sh is sourced: it reads and keeps these variables.
# shellcheck disable=SC1091
. ./btcpay-setup.sh -i

cat <<NEXT
BTCPay is synchronising; that takes days. Register at https://$BTCPAY_HOST at once: the first account is its administrator.
Then a store of its own for AutoTele, with a wallet (watch-only, or hardware), and two API keys limited to that store:
  the server's    btcpay.store.cancreateinvoice, btcpay.store.canviewinvoices, btcpay.store.canviewstoresettings
  the operator's  btcpay.store.webhooks.canmodifywebhooks (for docker compose run --rm tools btcpay:setup-webhook; kept nowhere)
NEXT
