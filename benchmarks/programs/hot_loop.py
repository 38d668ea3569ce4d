"""A loop at top level of two million iterations."""

total = 0
odd = []
for number in range(2_000_000 * 10):
    total += number % 7
    if number % 200_000 == 1:
        odd.append(total)
print(total, len(odd))
