// The part of the runtime's classic C interface that the delegate uses. The runtime that is opened is known by the version of
// its accelerators (Sources/LiteRT), and planning checks what it reads against what it must be.

#ifndef RUNTIME_H
#define RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  int size;
  int data[];
} Ints;

typedef struct {
  int size;
  float data[];
} Floats;

typedef struct {
  Floats *scale;
  Ints *zero;
  int32_t dimension;
} Affine;

typedef struct Context Context;
typedef struct Delegate Delegate;

enum { TypeInt32 = 2, TypeUInt8 = 3, TypeInt8 = 9 };
enum { AllocationConstant = 1 };
enum { QuantizationAffine = 1 };

typedef struct {
  int type;
  void *data;
  Ints *dims;
  struct {
    float scale;
    int32_t zero;
  } params;
  int allocation;
  size_t bytes;
  const void *mapped;
  const char *name;
  Delegate *delegate;
  int handle;
  bool isStale, isVariable;
  struct {
    int type;
    Affine *params;
  } quantization;
  void *sparsity;
  const Ints *signature;
} Value;

typedef struct {
  Ints *inputs, *outputs, *intermediates, *temporaries;
  void *user;
  void *builtin;
  const void *custom;
  int customSize;
  Delegate *delegate;
  bool hasEffects;
} Node;

typedef struct {
  void *(*init)(Context *, const char *, size_t);
  void (*free)(Context *, void *);
  int (*prepare)(Context *, Node *);
  int (*invoke)(Context *, Node *);
  const char *(*profilingString)(const Context *, const Node *);
  int32_t code;
  const char *name;
  int version;
  void *later[8];
} Registration;

struct Context {
  size_t count;
  int (*getExecutionPlan)(Context *, Ints **);
  Value *values;
  void *implementation;
  int (*resize)(Context *, Value *, Ints *);
  void (*report)(Context *, const char *, ...);
  int (*add)(Context *, int, int *);
  int (*getNode)(Context *, int, Node **, Registration **);
  int (*replace)(Context *, Registration, const Ints *, Delegate *);
};

struct Delegate {
  void *data;
  int (*prepare)(Context *, Delegate *);
  void *copyFrom, *copyTo, *freeBuffer;
  int64_t flags;
  void *builder;
};

// As the runtime's own delegate says: it then sees the model as the file states it. Otherwise the runtime would correct the sizes of
// some values first, so that this delegate would take layers that the runtime's leaves to other kernels.
enum { DelegateAllowsDynamicValues = 1 };

// What an operator's `init` gets: the nodes that it replaces, and all values that they read and that others read of theirs.
typedef struct {
  Delegate *delegate;
  Ints *nodes, *inputs, *outputs;
} Part;

enum { PaddingSame = 1, PaddingValid = 2 };
enum { ActivationNone = 0, ActivationRelu = 1, ActivationRelu6 = 3 };

typedef struct {
  int padding, strideWidth, strideHeight, activation, dilationWidth, dilationHeight;
} ConvolutionOptions;

typedef struct {
  int padding, strideWidth, strideHeight, multiplier, activation, dilationWidth, dilationHeight;
} DepthwiseOptions;

typedef struct {
  int activation;
} AddOptions;

enum {
  OperatorAdd = 0,
  OperatorConvolution = 3,
  OperatorDepthwise = 4,
  OperatorFullyConnected = 9,
  OperatorTransposedConvolution = 67,
  OperatorQuantize = 114,
};

#endif
