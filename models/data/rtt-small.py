"""Writes rtt-small.csv: round-trip times between 30 made-up hosts, of the shape of measured ones.

The pairs' medians and spreads follow the log-normal fits published for the Seattle data of Zhu, Liu, Niu, Li and Zhao (IEEE/ACM Transactions on
Networking 25, 2017): medians with mu = -1.926 and sigma = 0.982 (of seconds), coefficients of variation with quartiles 0.59, 0.77 and 1.15.
"""

import csv
import math
import random

HOSTS = 30
SAMPLES = 688

draw = random.Random(2017)
with open("rtt-small.csv", "w", newline="") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["from", "to", "samples", "mean_s", "sd_s", "median_s", "p95_s"])
    for source in range(HOSTS):
        for target in range(HOSTS):
            if source == target:
                continue
            median = math.exp(draw.gauss(-1.926, 0.982))
            variation = math.exp(draw.gauss(math.log(0.77), 0.495))
            sigma = math.sqrt(math.log(1 + variation**2))
            mean = median * math.exp(sigma**2 / 2)
            p95 = median * math.exp(1.6449 * sigma)
            rows.writerow([source, target, SAMPLES] + [f"{x:.5f}" for x in (mean, mean * variation, median, p95)])
