# SPDX-License-Identifier: MIT
"""A cache that has no bound of its own: it grows until memory is refused, and is emptied then.

    memrestrict -l 32M python3 examples/cache.py
"""
import random

random.seed(1)
cache = {}
emptied = 0


def page(number):
    """A page of text, which takes a while to make."""
    words = [random.randrange(1000000) for _ in range(random.randrange(20, 4000))]
    return " ".join(str(word * number) for word in sorted(words))


for request in range(4600):
    try:
        number = random.randrange(100000)
        if number not in cache:
            cache[number] = page(number)
    except MemoryError:
        cache.clear()
        emptied += 1

print(f"4600 requests, the cache was emptied {emptied} times")
