"""Writes contacts-small.csv: 500 hosts, each newcomer knows three others, chosen in proportion to the contacts that they have already."""

import csv
import random

HOSTS, CONTACTS = 500, 3

draw = random.Random(1999)
ends = [0, 1, 1, 2, 2, 0]
rows = [(0, 1), (1, 2), (2, 0)]
for host in range(3, HOSTS):
    known = set()
    while len(known) < CONTACTS:
        known.add(draw.choice(ends))
    for other in sorted(known):
        rows.append((host, other))
        ends += [host, other]
with open("contacts-small.csv", "w", newline="") as file:
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["from", "to"])
    table.writerows(rows)
