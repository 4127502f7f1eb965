"""Fits BG/NBD with SciPy, for the comparison that main.go prints.

It reads {"rows": [[repeats, last, age, customers], ...], "times": n} and writes
the numbers that it found and the seconds of the fastest of n fits. It is as fast
as SciPy allows: equal rows are one, all sums are vectorised, the gradient is
analytic, and the starting points are those of the Go program.
"""

import json
import sys
import time

import numpy as np
import scipy
from scipy.optimize import minimize
from scipy.special import betaln, digamma, expit, gammaln

task = json.load(sys.stdin)
x, last, age, weight = np.array(task["rows"], dtype=float).T
unit = float(np.sum(age * weight) / np.sum(weight))
last, age = last / unit, age / unit
total = weight.sum()
repeated = x > 0
stays = np.where(repeated, x - 1, 0)


def minus(logs):
    r, alpha, a, b = np.exp(logs)
    since = np.log(alpha + age) - np.log(alpha + last)
    u = np.where(repeated, np.log(a) - np.log(b + stays) + (r + x) * since, -np.inf)
    left = expit(u)
    value = (gammaln(r + x) - gammaln(r) + betaln(a, b + x) - betaln(a, b)
             + r * np.log(alpha) - (r + x) * np.log(alpha + age) + np.logaddexp(0, u))
    by_r = digamma(r + x) - digamma(r) + np.log(alpha) - np.log(alpha + age) + left * since
    by_alpha = r / alpha - (r + x) / (alpha + age) + left * (r + x) * (1 / (alpha + age) - 1 / (alpha + last))
    ab = digamma(a + b + x) - digamma(a + b)
    by_a = -ab + left / a
    by_b = digamma(b + x) - digamma(b) - ab - left / (b + stays)
    gradient = np.array([np.sum(weight * g) for g in (by_r, by_alpha, by_a, by_b)]) * np.exp(logs)
    return -np.sum(weight * value) / total, -gradient / total


def fit():
    found = [minimize(minus, start, jac=True, method="L-BFGS-B", options={"ftol": 1e-13, "gtol": 1e-7})
             for start in task["starts"]]
    return min(found, key=lambda f: f.fun)


seconds = []
for _ in range(task["times"]):
    begun = time.perf_counter()
    best = fit()
    seconds.append(time.perf_counter() - begun)
r, alpha, a, b = np.exp(best.x)
json.dump({"r": r, "alpha": alpha * unit, "a": a, "b": b, "seconds": min(seconds),
           "version": f"SciPy {scipy.__version__}, NumPy {np.__version__}"}, sys.stdout)
