"""edgetpu.learn.backprop.ops: the layer and the loss of softmax regression, with their gradients."""

import numpy


def fc_forward(mat_x, mat_w, vec_b):
    """Returns x W + b of embeddings ``[n, d]``, and what :func:`fc_backward` needs."""
    return mat_x @ mat_w + vec_b, (mat_x, mat_w)


def fc_backward(dout, cached):
    """Returns the gradients by the embeddings, the weights and the biases, from that by the output ``[n, classes]``."""
    mat_x, mat_w = cached
    return dout @ mat_w.T, mat_x.T @ dout, dout.sum(axis=0)


def softmax_cross_entropy_loss(logits, labels):
    """Returns the mean cross-entropy of logits ``[n, classes]``, and its gradient by the logits."""
    count = len(logits)
    powers = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    rows = numpy.arange(count)
    loss = -numpy.log(probabilities[rows, labels]).mean()
    gradient = probabilities
    gradient[rows, labels] -= 1
    return loss, gradient / count


OPS = {function.__name__: function for function in (fc_forward, fc_backward, softmax_cross_entropy_loss)}
