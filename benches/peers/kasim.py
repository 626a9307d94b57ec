"""KaSim, by the agent that kappy carries. It sends no statistics but plots, so levels are sampled."""

import time

import kappy

SITES = "abcd"


def rewiring(n):
    sites = ", ".join(f"{s}[.]" for s in SITES)
    lines = [f"%agent: P({', '.join(s + '[' + ' '.join(t + '.P' for t in SITES) + ']' for s in SITES)})"]
    for i, s in enumerate(SITES):
        for t in SITES[i:]:
            # Kappa counts embeddings: of two equal ports there are two for each pair.
            k = 0.5 if s == t else 1.0
            lines.append(f"P({s}[.]), P({t}[.]) -> P({s}[1]), P({t}[1]) @ {k / n}")
            lines.append(f"P({s}[1]), P({t}[1]) -> P({s}[.]), P({t}[.]) @ {k}")
    lines.append(f"%init: {n} P({sites})")
    lines += [f"%obs: 'free {s}' |P({s}[.])|" for s in SITES]
    return "\n".join(lines) + "\n", lambda row: sum(row) / (4 * n)


def churn(n):
    places = [f"p{i}" for i in range(64)]
    node = "S(" + ", ".join(p + "[.]" for p in places) + ")"
    lines = [
        "%agent: C(state{away joined registered}, link[" + " ".join(p + ".S" for p in places) + "])",
        "%agent: S(" + ", ".join(p + "[link.C]" for p in places) + ")",
        "C(state{away/joined}) @ 0.1",
        "C(state{joined/registered}) @ 1.0",
        "C(state{joined/away}) @ 0.05",
        "C(state{registered/away}, link[.]) @ 0.05",
        "C(state{registered/away}, link[_/.]) @ 0.05",
        f". -> {node} @ {0.02 * n / 50}",
        "S() -> . @ 0.02",
    ]
    lines += [f"C(state{{registered}}, link[./1]), S({p}[./1]) @ {10 / (0.28 * n)}" for p in places]
    lines += [f"%init: {n} C(state{{away}}, link[.])", f"%init: {n // 50} {node}", "%obs: 'linked' |C(link[_])|"]
    return "\n".join(lines) + "\n", lambda row: row[0] / n


def run(name, n, warm_up, until):
    """Mean level after the warm-up, events, seconds of stepping."""
    text, level = {"rewiring": rewiring, "churn": churn}[name](n)
    client = kappy.KappaStd()
    try:
        client.add_model_string(text)
        client.project_parse()
        # Parsing and the start graph are over when the first step has been made.
        start = kappy.SimulationParameter((until - warm_up) / 100, "[T] > 0", seed=1)
        client.simulation_start(start)
        client.wait_for_simulation_stop()
        before, first = time.perf_counter(), events(client)
        client.simulation_continue(f"[T] > {until}")
        while client.simulation_info()["simulation_info_progress"]["simulation_progress_is_running"]:
            time.sleep(0.02)
        seconds, made = time.perf_counter() - before, events(client) - first
        plot = client.simulation_plot()
        order = plot["legend"][1:]
        rows = [row for row in plot["series"] if warm_up <= row[0] <= until]
        names = sorted(order)
        levels = [level([dict(zip(order, row[1:]))[k] for k in names]) for row in rows]
        return sum(levels) / len(levels), made, seconds
    finally:
        client.shutdown()


def events(client):
    return client.simulation_info()["simulation_info_progress"]["simulation_progress_event"]
