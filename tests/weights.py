import numpy as np

U = np.uint64
def mix(z):
    z = (z ^ (z >> U(30))) * U(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> U(27))) * U(0x94D049BB133111EB)
    return z ^ (z >> U(31))
def weight(seed, layer, side, neuron, synapse, alpha, log_range):
    seed, place, neuron, synapse = (np.atleast_1d(v).astype(U) for v in (seed, 2 * layer + side, neuron, synapse))
    step = lambda state, n: mix(state + U(0x9E3779B97F4A7C15) * n)
    word = step(step(step(mix(seed), place), neuron + U(1)), synapse + U(1))
    magnitude = alpha * np.exp((word >> U(11)) * 2.0**-53 * log_range)
    return np.where(word & U(1), -magnitude, magnitude)
