"""NFsim, by the binaries that bionetgen carries. Without -notf it would spend its time on observables."""

import pathlib
import re
import subprocess
import tempfile

import bionetgen

ROOT = pathlib.Path(bionetgen.__file__).parent / "bng-linux"

PLACES = 64

# BioNetGen's reader looks at all orders of places that are alike: it is given so many, and the rest is added to what it writes.
READ = 3
NODE = "S(" + ",".join(["p"] * READ) + ")"

# For each model: molecules, what there is at the start, what is observed, rules. Patterns that are symmetric count once for each pair.
MODELS = {
    "rewiring": (
        ["P(p,p,p,p)"],
        lambda n: [("P(p,p,p,p)", n)],
        "P(p)",
        lambda n: [("P(p) + P(p) -> P(p!1).P(p!1)", 1 / n), ("P(p!1).P(p!1) -> P(p) + P(p)", 1)],
    ),
    "churn": (
        ["C(s~a~j~r,l)", NODE],
        lambda n: [("C(s~a,l)", n), (NODE, n // 50)],
        "C(l!+)",
        lambda n: [
            ("C(s~a) -> C(s~j)", 0.1),
            ("C(s~j) -> C(s~r)", 1),
            ("C(s~j) -> C(s~a)", 0.05),
            ("C(s~r,l) -> C(s~a,l)", 0.05),
            ("C(s~r,l!1).S(p!1) -> C(s~a,l) + S(p)", 0.05),
            ("C(s~r,l) + S(p) -> C(s~r,l!1).S(p!1)", 10 / (0.28 * n)),
            ("0 -> " + NODE, 0.02 * n / 50),
            ("S() -> 0", "0.02 DeleteMolecules"),
        ],
    ),
}


def block(kind, lines):
    return "\n".join([f"begin {kind}", *lines, f"end {kind}"])


def text(name, n):
    molecules, start, observed, rules = MODELS[name]
    return "\n".join([
        "begin model",
        block("molecule types", molecules),
        block("seed species", [f"{species} {count}" for species, count in start(n)]),
        block("observables", [f"Molecules Level {observed}"]),
        block("reaction rules", [f"{rule} {rate}" for rule, rate in rules(n)]),
        "end model",
        "writeXML()\n",
    ])


def with_all_places(xml):
    """Adds the places that the reader was spared, wherever a molecule is written with all of its own."""
    kind = f'<ComponentType id="p"/>\n'
    xml = re.sub(rf"( *{kind}){{{READ}}}", lambda found: PLACES * found[1], xml)
    place = re.compile(rf' *<Component id="\w+_C{READ}" name="p" numberOfBonds="0"/>\n')
    more = range(READ, PLACES + 1)
    return place.sub(lambda found: "".join(found[0].replace(f"_C{READ}", f"_C{i}") for i in more), xml)


def run(name, n, warm_up, until):
    """Mean level after the warm-up, as a share of ports or clients; events, seconds of stepping."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.bngl"
        path.write_text(text(name, n))
        quiet = {"cwd": folder, "check": True, "capture_output": True, "text": True}
        subprocess.run(["perl", ROOT / "BNG2.pl", path], **quiet)
        if name == "churn":
            written = pathlib.Path(folder) / "model.xml"
            written.write_text(with_all_places(written.read_text()))
        command = [ROOT / "bin/NFsim", "-xml", "model.xml", "-sim", str(until), "-oSteps", "200", "-notf", "-seed", "1"]
        # Places are identical sites: the default limit of molecules is too low for large n.
        said = subprocess.run([*command, "-gml", "10000000"], **quiet).stdout
        made, seconds = re.search(r"simulated (\d+) reactions in ([\d.e+-]+)s", said).groups()
        rows = [line.split() for line in (pathlib.Path(folder) / "model_nf.gdat").read_text().splitlines()[1:]]
    levels = [float(level) for time, level in rows if float(time) >= warm_up]
    whole = 4 * n if name == "rewiring" else n
    return sum(levels) / len(levels) / whole, int(made), float(seconds)
