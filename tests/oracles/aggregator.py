"""Dawid and Skene 1979 as they write it: expectation and maximisation, vote by vote."""

import math


def dawid_skene(said, n, classes, rounds):
    """Probabilities (n, classes) after so many rounds, from the shares of votes.

    `said`: task, worker and label of each vote.
    """
    truth = [[0.0] * classes for _ in range(n)]
    for task, _, label in said:
        truth[task][label] += 1
    truth = [[one / sum(row) for one in row] for row in truth]
    for _ in range(rounds):
        prior = [sum(row[c] for row in truth) / n for c in range(classes)]
        errors = {}
        for worker in {one for _, one, _ in said}:
            counts = [[1e-10] * classes for _ in range(classes)]  # true class, label
            for task, who, label in said:
                if who == worker:
                    for c in range(classes):
                        counts[c][label] += truth[task][c]
            errors[worker] = [[one / sum(row) for one in row] for row in counts]
        logs = [[math.log(max(one, 1e-10)) for one in prior] for _ in range(n)]
        for task, worker, label in said:
            for c in range(classes):
                logs[task][c] += math.log(errors[worker][c][label])
        truth = []
        for row in logs:
            scaled = [math.exp(one - max(row)) for one in row]
            truth.append([one / sum(scaled) for one in scaled])
    return truth
