"""What everybody does in an episode and when, drawn from the seed alone: nothing here looks at a clock or at an answer."""
import json

from recorder.application import seeded

from .attackers import attack_steps
from .directory import PEOPLE
from .people import honest_steps

VICTIMS = PEOPLE[1:11]
# An attacker is one of them: how many work at once must not tell an attack.
CLIENTS = 5
MOST_FIRED, SEEN_AFTER_S = 12, 1


def episode_plan(condition, episode, split, seconds, seed):
    """Steps in the order in which they are due, `at` in seconds from the episode's begin; each client does its own one after another."""
    rand, attacked = seeded(condition, episode, seed), not episode.startswith("benign")
    people = rand.sample(VICTIMS, CLIENTS - attacked)
    steps = [step for person in people for step in honest_steps(person, condition, split, seconds, seeded(rand.random()))]
    if attacked:
        steps += attack_steps(episode, seconds, seeded(rand.random()))
    steps.sort(key=lambda step: (step["at"], step["client"]))
    fire(steps)
    return {"condition": condition, "episode": episode, "seconds": seconds, "seed": seed, "steps": steps}


def fire(steps):
    """Who opens the wall a second or more after a script was planted sends what the newest makes a browser send; twelve times an episode at the most."""
    planted = [(number, step) for number, step in enumerate(steps) if step["do"] == "plant"]
    walls = [step for step in steps if step["do"] == "wall"]
    fired = 0
    for wall in walls:
        seen = [(number, plant) for number, plant in planted if plant["at"] + SEEN_AFTER_S <= wall["at"]]
        if seen and fired < MOST_FIRED:
            number, plant = seen[-1]
            wall["do"], wall["plant"], wall["form"] = "fire", number, plant["form"]
            fired += 1


def text_of(plan):
    return json.dumps(plan, indent=1, ensure_ascii=False) + "\n"

