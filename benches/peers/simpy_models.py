"""SimPy: a process for each clock and each peer."""

import random
import time

import simpy


def clock(n, until):
    env, chance = simpy.Environment(), random.Random(1)
    counts = [0] * n

    def tick(i):
        while True:
            delay = chance.gauss(1.0, 0.1)
            while delay <= 0:
                delay = chance.gauss(1.0, 0.1)
            yield env.timeout(delay)
            counts[i] += 1

    return env, tick, lambda: (sum(counts), sum(counts))


def name_drop(n, until):
    env, chance = simpy.Environment(), random.Random(1)
    buddies = [[(i + 1) % n, (i + 2) % n] for i in range(n)]
    made = [0, 0]

    def ask(i):
        mine = buddies[i]
        while True:
            yield env.timeout(chance.expovariate(1 / 3))
            made[0] += 1
            third = chance.choice(buddies[chance.choice(mine)])
            if third != i and third not in mine:
                mine.append(third)
                made[1] += 1

    return env, ask, lambda: (made[0], made[1])


def run(name, n, _, until):
    """What the model counts, for each clock or peer; events, seconds of stepping."""
    env, process, counted = {"clock": clock, "name-drop": name_drop}[name](n, until)
    for i in range(n):
        env.process(process(i))
    before = time.perf_counter()
    env.run(until)
    seconds = time.perf_counter() - before
    events, level = counted()
    return level / n, events, seconds
