"""500 000 calls of a small function, from a comprehension and from a loop."""


def step(x, y=3):
    """Do next to nothing."""
    return (x * 31 + y) % 1009


values = [step(number) for number in range(500_000)]
state = 1
for _ in range(500_000 * 35):
    state = step(state)
print(sum(values), state)
