"""Stochastic gradient descent by hand, in NumPy."""

import numpy as np

rng = np.random.default_rng(0)
X = rng.normal(size=(20_000, 50))
true = rng.normal(size=50)
y = X @ true + rng.normal(size=20_000)
weights = np.zeros(50)
losses = []
for _ in range(450):
    for start in range(0, 20_000, 32):
        batch, target = X[start : start + 32], y[start : start + 32]
        error = batch @ weights - target
        weights -= 0.001 * batch.T @ error
    losses.append(float(np.mean((X @ weights - y) ** 2)))
print(losses[-1], np.abs(weights - true).max())
