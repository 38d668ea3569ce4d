"""A figure with ten axes, drawn on in the way notebooks do."""

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(0)
x = np.linspace(0, 10, 2_000)
fig, axes = plt.subplots(2, 5, figsize=(20, 8))
for number, ax in enumerate(axes.flat):
    ax.plot(x, np.sin(x * number), label=f"line {number}")
    ax.scatter(rng.random(500), rng.random(500), s=4)
    ax.set_title(f"plot {number}")
    ax.legend()
axes[0, 0].set_xlabel("x")
axes[0, 1].set_ylim(-1, 1)
axes[0, 2].hist(rng.normal(size=10_000), bins=100)
axes[0, 3].imshow(rng.random((200, 200)))
axes[0, 4].bar(range(10), rng.random(10))
axes[1, 0].grid(True)
axes[1, 1].set_yscale("symlog")
axes[1, 2].annotate("here", (1, 0.5))
axes[1, 3].fill_between(x, np.cos(x))
axes[1, 4].text(0.5, 0.5, "text")
fig.suptitle("ten")
plt.tight_layout()
plt.savefig("figure.png")
fig.savefig("figure.svg")
plt.close(fig)
print("done")
