"""NumPy in place on fifty arrays of 8 MB: alone, through views, with `out=`."""

import numpy as np

rng = np.random.default_rng(0)
arrays = [rng.normal(size=1_000_000) for _ in range(50)]
first = arrays[0]
view = first[::2]
view += 1
first *= 2
np.add(first, arrays[1], out=first)
first.sort()
for array in arrays:
    array -= array.mean()
    array /= array.std()
last = arrays[-1]
last[last < 0] = 0
np.sqrt(last, out=last)
arrays[3][:] = arrays[4]
stack = np.vstack(arrays)
stack[0] = 0
for array in arrays[:10]:
    np.exp(array, out=array)
    array.clip(0, 1, out=array)
means = [array.mean() for array in arrays]
arrays[7].partition(1000)
print(sum(means), stack.sum(), arrays[7][:3])
