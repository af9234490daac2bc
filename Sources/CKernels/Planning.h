// Which nodes of a model the kernels compute, and the network for them.

#ifndef PLANNING_H
#define PLANNING_H

#include "Network.h"
#include "Runtime.h"

typedef struct {
  // The nodes, the first of the model's; and the values that they read and write.
  Ints *nodes;
  int input, output;
  // The size of both; the elements are of one byte.
  size_t inputBytes, outputBytes;
  // Whether they are unsigned: then they differ from the network's numbers by their highest bit.
  bool isInputUnsigned, isOutputUnsigned;
  Network *network;
  // The operators of the model, and the network's share of its multiplications.
  int operators;
  double share;
} Plan;

// Plans for a model. Returns NULL where the kernels do not compute most of it, where anything about it is unusual, or where
// memory is lacking.
Plan *CKernelsMakePlan(Context *context, bool onlyBytes);
void CKernelsFreePlan(Plan *plan);

#endif
