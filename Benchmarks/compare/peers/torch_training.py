"""Trains MobileNet v1 with a normalised head in PyTorch on random pictures in memory, and prints the seconds of each step.

    torch_training.py SIDE BATCH STEPS THREADS

It times PyTorch's default memory layout and channels last, each after two warm-up steps, and prints the times of the faster
one, one per line.
"""
import sys, time

import torch
from torch import nn
from torch.nn import functional

side, batch, steps, threads = map(int, sys.argv[1:5])
torch.set_num_threads(threads)
torch.manual_seed(0)


class Same(nn.Module):
    """A convolution with TensorFlow's padding: an odd pixel goes to the right and the bottom."""

    def __init__(self, inputs, outputs, window, stride, groups=1):
        super().__init__()
        self.odd = stride == 2
        self.convolution = nn.Conv2d(
            inputs, outputs, window, stride, 0 if self.odd else window // 2, groups=groups, bias=False)
        self.normalization = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01)

    def forward(self, pictures):
        if self.odd:
            pictures = functional.pad(pictures, (0, 1, 0, 1))
        return functional.relu6(self.normalization(self.convolution(pictures)))


class Network(nn.Module):
    def __init__(self, classes):
        super().__init__()
        layers, width = [Same(3, 32, 3, 2)], 32
        pairs = [(1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512)] + [(1, 512)] * 5 + [(2, 1024), (1, 1024)]
        for stride, outputs in pairs:
            layers += [Same(width, width, 3, stride, width), Same(width, outputs, 1, 1)]
            width = outputs
        self.base = nn.Sequential(*layers)
        self.rows = nn.Parameter(torch.randn(classes, width) / width**0.5)
        self.scale = nn.Parameter(torch.tensor(10.0))

    def forward(self, pictures):
        embedding = functional.normalize(self.base(pictures).mean((2, 3)))
        return self.scale * functional.linear(embedding, functional.normalize(self.rows))


def seconds(layout):
    network = Network(17).to(memory_format=layout).train()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=4e-5)
    bytes = torch.randint(0, 256, (batch, side, side, 3), dtype=torch.uint8)
    labels = torch.randint(0, 17, (batch,))
    found = []
    for step in range(steps + 2):
        start = time.perf_counter()
        pictures = bytes.float().sub_(128).div_(128).permute(0, 3, 1, 2).contiguous(memory_format=layout)
        optimizer.zero_grad()
        loss = functional.cross_entropy(network(pictures), labels, label_smoothing=0.1)
        loss.backward()
        optimizer.step()
        loss.item()
        found.append(time.perf_counter() - start)
    return found[2:]


print("\n".join(map(str, min((seconds(layout) for layout in (torch.contiguous_format, torch.channels_last)), key=sum))))
