"""A function that calls itself many times, and deeply."""

import sys


def fibonacci(n):
    """Compute the slow way."""
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def depth(n):
    """Go down and up again."""
    return 0 if n == 0 else 1 + depth(n - 1)


sys.setrecursionlimit(20_000)
slow = fibonacci(34)
deep = [depth(9_000) for _ in range(200)]
print(slow, len(deep))
