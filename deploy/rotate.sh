#!/usr/bin/env bash
# The whole rotation of a secret, without an interruption: deploy/rotate.sh encryption-key|database-password|api-key|webhook-secret
# What is to be known from outside is asked for: the new API key, the operator key.
set -euo pipefail
cd "$(dirname "$0")/.."
secret=${1:?which secret: api-key, webhook-secret, database-password, encryption-key}

step() { docker compose run --rm --env AUTOTELE_BTCPAY_NEW_API_KEY tools rotate "$secret" "$1"; }
restart() { deploy/rolling-restart.sh; }

case $secret in
  database-password)
    step begin
    ;;
  api-key)
    step begin
    restart
    step finish
    ;;
  encryption-key)
    step begin
    restart
    step switch
    restart
    step finish
    restart
    ;;
  webhook-secret)
    step begin
    restart
    step switch
    echo 'In 90 minutes, when the last retry under the old secret is over:'
    echo '  docker compose run --rm tools rotate webhook-secret finish && deploy/rolling-restart.sh'
    ;;
  *)
    echo "Unknown secret: $secret" >&2
    exit 2
    ;;
esac
