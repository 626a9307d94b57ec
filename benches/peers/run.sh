#!/usr/bin/env bash
# Installs the public peers from PyPI into a virtual environment and runs the same models there and here:
#     benches/peers/run.sh [MODEL …] [--sizes 1000,10000] [--rounds N]
# Needs Python 3.9 or newer, perl (BioNetGen's reader is written in it) and a Rust toolchain.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
venv="$here/../../target/peers"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet kappy==4.1.2 bionetgen==0.8.7 simpy==4.1.2
(cd "$here/../.." && cargo build --quiet --release)
exec "$venv/bin/python" "$here/compare.py" "$@"
