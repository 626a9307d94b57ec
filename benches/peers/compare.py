"""Runs the same models in Kairos and in its public peers, checks that the means agree, and prints events per second side by side.

A mean may lie 4 standard errors from what is expected, at n = 1000 and the durations below; standard errors fall with the root of n.
Expected is the balance of the model, or, where it has none, what Kairos gives (then both have an error).
Each program runs as often as there are rounds, and the shortest time counts: what else the machine does only ever adds to it.
"""

import argparse
import json
import pathlib
import subprocess

import kasim
import nfsim
import simpy_models

ROOT = pathlib.Path(__file__).parents[2]

# model: (metric, what to divide it by for a share, warm-up, until, expected, tolerance at n = 1000, peers)
MODELS = {
    "clock": ("ticks.count", lambda n: n, 0, 50, None, 0.09, {"SimPy": simpy_models}),
    "name-drop": ("introduced.count", lambda n: n, 0, 20, None, 0.4, {"SimPy": simpy_models}),
    # In balance 4 f² + f = 1. Levels go with sd 0.008 and are forgotten in 0.3 s.
    "rewiring": ("free.mean", lambda n: 1, 5, 15, (17**0.5 - 1) / 8, 0.006, {"KaSim": kasim, "NFsim": nfsim}),
    # Levels go with sd 0.0155 and are forgotten in 7 s.
    "churn": ("connected.mean", lambda n: n, 50, 450, 0.6327, 0.012, {"KaSim": kasim, "NFsim": nfsim}),
}

# NFsim's cost of an event of rewiring grows with n, and churn has millions of events of 0.1 ms at larger sizes.
TOO_SLOW = {("rewiring", "NFsim"): 1000, ("churn", "NFsim"): 10000}


def kairos(name, n, _, until):
    command = [ROOT / "target/release/kairos", "run", ROOT / f"models/bench/{name}.ron"]
    command += ["--set", f"n={n}", "--until", str(until), "--format", "json"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    events = report["events"] + report["effectless"] + report["thinned"]
    metric, whole = MODELS[name][:2]
    return report["metrics"][metric] / whole(n), events, report["wall_seconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"which of {', '.join(MODELS)}, if not all")
    parser.add_argument("--sizes", default="1000", help="values of n, with commas between them")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each program")
    arguments = parser.parse_args()
    for name in arguments.models:
        if name not in MODELS:
            parser.error(f"no model {name}: there are {', '.join(MODELS)}")
    sizes = [int(size) for size in arguments.sizes.split(",")]
    print("| model | n | program | mean | expected | events | events a second | Kairos is … times as fast |")
    print("|---|---:|---|---:|---:|---:|---:|---:|")
    apart = []
    for name in arguments.models or MODELS:
        _, _, warm_up, until, balance, tolerance, peers = MODELS[name]
        for n in sizes:
            programs = {"Kairos": kairos, **{peer: module.run for peer, module in peers.items()}}
            expected, speed = balance, None
            allowed = tolerance * (1000 / n) ** 0.5
            for program, run in programs.items():
                if n > TOO_SLOW.get((name, program), n):
                    continue
                runs = [run(name, n, warm_up, until) for _ in range(arguments.rounds)]
                mean, events, seconds = min(runs, key=lambda run: run[2])
                if expected is None:
                    expected = mean
                if abs(mean - expected) > allowed:
                    apart.append(f"{program}, {name}, n = {n}: {mean:.4f} is not {expected:.4f} ± {allowed:.4f}")
                rate = events / seconds
                speed = speed or rate
                row = [name, n, program, f"{mean:.4f}", f"{expected:.4f} ± {allowed:.4f}", events, f"{rate:,.0f}", f"{speed / rate:.1f}"]
                print("| " + " | ".join(map(str, row)) + " |", flush=True)
    raise SystemExit("\n".join(apart) or 0)


if __name__ == "__main__":
    main()
