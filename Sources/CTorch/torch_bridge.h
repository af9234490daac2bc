// The interface between Imprint and libtorch: tensors and the operations of training.
//
// One function returns a table of all others, so that a program can open the library at run time.
//
// On failure, a function that returns a tensor returns NULL, and one that returns an int returns 0; `error` then returns the
// message, on the same thread. The caller owns a returned tensor until `release`. Pictures are [N, C, H, W], channels last in
// memory.

#ifndef IMPRINT_TORCH_BRIDGE_H
#define IMPRINT_TORCH_BRIDGE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct torch_tensor *torch_tensor_ref;
// A store of keys and values that several processes share.
typedef struct torch_store *torch_store_ref;
// Several processes that train one network.
typedef struct torch_group *torch_group_ref;

// Increases with every change of the table.
enum { TORCH_BRIDGE_VERSION = 3 };

typedef struct torch_functions {
  int32_t version;

  // The last error message of this thread, valid until the next error.
  const char *(*error)(void);
  // The version of libtorch, such as 1.13.1.
  const char *(*torch_version)(void);
  // The number of CUDA devices.
  int32_t (*device_count)(void);
  // Sets the greatest number of processor threads for one operation, also for OpenBLAS.
  int (*set_threads)(int32_t count);
  // Sets whether operations of this thread are recorded for `backward`.
  int (*set_recording)(int32_t recording);

  // Makes a tensor from a copy of floats.
  torch_tensor_ref (*from_floats)(const float *elements, const int64_t *shape, int32_t rank, int32_t device);
  // Makes a one-dimensional tensor from a copy of integers.
  torch_tensor_ref (*from_integers)(const int64_t *elements, int64_t count, int32_t device);
  // Makes pictures [N, 3, H, W] from bytes [N, H, W, 3], as (byte - mean) / deviation.
  torch_tensor_ref (*from_pictures)(
      const uint8_t *bytes, int64_t count, int64_t height, int64_t width, float mean, float deviation, int32_t device);
  // Makes a tensor of zeros with the shape, device and layout of another.
  torch_tensor_ref (*zeros_like)(torch_tensor_ref tensor);
  void (*release)(torch_tensor_ref tensor);
  // Writes the sizes of at most `capacity` dimensions; returns the number of dimensions, or -1.
  int32_t (*get_shape)(torch_tensor_ref tensor, int64_t *shape, int32_t capacity);
  // Copies all elements in row-major order.
  int (*copy_floats)(torch_tensor_ref tensor, float *elements, int64_t count);
  // Copies the elements of another tensor of the same shape into a tensor.
  int (*assign)(torch_tensor_ref tensor, torch_tensor_ref source);

  // Sets whether `backward` computes the gradient of a tensor.
  int (*require_gradient)(torch_tensor_ref tensor, int32_t required);
  // Returns the gradient of a tensor; NULL without an error where there is none.
  torch_tensor_ref (*gradient)(torch_tensor_ref tensor);
  int (*clear_gradient)(torch_tensor_ref tensor);
  // Computes the gradients of a one-element tensor.
  int (*backward)(torch_tensor_ref loss);

  // `padding` is the number of rows and columns above, left, below and right; `bias` may be NULL.
  torch_tensor_ref (*convolution)(
      torch_tensor_ref input, torch_tensor_ref kernel, torch_tensor_ref bias, int64_t stride, const int64_t *padding,
      int64_t groups);
  // With `training`, uses the statistics of the batch and moves `mean` and `variance` towards them by `momentum`.
  torch_tensor_ref (*batch_normalization)(
      torch_tensor_ref input, torch_tensor_ref gamma, torch_tensor_ref beta, torch_tensor_ref mean,
      torch_tensor_ref variance, int32_t training, double momentum, double epsilon);
  torch_tensor_ref (*clamp)(torch_tensor_ref input, double lower, double upper);
  // The mean over H and W: [N, C].
  torch_tensor_ref (*picture_mean)(torch_tensor_ref input);
  // x Wᵀ + b; `bias` may be NULL.
  torch_tensor_ref (*linear)(torch_tensor_ref input, torch_tensor_ref weights, torch_tensor_ref bias);
  // Divides each row by its length.
  torch_tensor_ref (*normalize)(torch_tensor_ref input, double epsilon);
  torch_tensor_ref (*add)(torch_tensor_ref left, torch_tensor_ref right);
  torch_tensor_ref (*subtract)(torch_tensor_ref left, torch_tensor_ref right);
  torch_tensor_ref (*multiply)(torch_tensor_ref left, torch_tensor_ref right);
  torch_tensor_ref (*divide)(torch_tensor_ref left, torch_tensor_ref right);
  // √(x + shift).
  torch_tensor_ref (*square_root)(torch_tensor_ref input, double shift);
  torch_tensor_ref (*reshape)(torch_tensor_ref input, const int64_t *shape, int32_t rank);
  // Zeroes elements at random, the same for the same seed, and scales the others to keep the mean. The rows of the input are
  // those from `first_row` of a batch of `row_count`.
  torch_tensor_ref (*dropout)(
      torch_tensor_ref input, double probability, uint64_t seed, int64_t first_row, int64_t row_count);
  // The mean cross entropy of the rows, with label smoothing.
  torch_tensor_ref (*cross_entropy)(torch_tensor_ref logits, torch_tensor_ref labels, double smoothing);

  // Rounds to scale (q - zero_point) with q from `lower` to `upper`; gradients pass where q is not clamped.
  torch_tensor_ref (*round_to_grid)(
      torch_tensor_ref input, double scale, int64_t zero_point, int64_t lower, int64_t upper);
  // The same with a scale for each index along the first dimension and zero point 0.
  torch_tensor_ref (*round_channels_to_grid)(
      torch_tensor_ref input, torch_tensor_ref scales, int64_t lower, int64_t upper);
  // The least and the greatest element.
  int (*get_range)(torch_tensor_ref tensor, float *lower, float *upper);
  // The greatest |x| for each index along the first dimension.
  torch_tensor_ref (*channel_bounds)(torch_tensor_ref tensor);

  // SGD: v ← μ v + g + d w, w ← w − η v (with `nesterov` w − η (g + d w + μ v)), for each weight with a gradient.
  int (*descend)(
      const torch_tensor_ref *weights, const torch_tensor_ref *velocities, const double *decays, int32_t count,
      double rate, double momentum, int32_t nesterov);
  // RMSprop: s ← ρ s + (1 − ρ) g², v ← μ v + η g / √(s + ε), w ← w − v, where g includes d w.
  int (*descend_by_root_mean_square)(
      const torch_tensor_ref *weights, const torch_tensor_ref *squares, const torch_tensor_ref *velocities,
      const double *decays, int32_t count, double rate, double rho, double momentum, double epsilon);
  // a ← decay · a + (1 − decay) w.
  int (*average)(
      const torch_tensor_ref *averages, const torch_tensor_ref *weights, int32_t count, double decay);

  // Several processes. Without Gloo's headers at build time, `open_store` fails.

  // Serves a store at a port, or connects to one within `limit` seconds, which is also the limit of each later wait.
  torch_store_ref (*open_store)(const char *address, int32_t port, int32_t is_server, double limit);
  void (*close_store)(torch_store_ref store);
  int (*store_set)(torch_store_ref store, const char *key, const uint8_t *bytes, int64_t count);
  // Whether there is a key; -1 for an error.
  int32_t (*store_has)(torch_store_ref store, const char *key);
  // Writes at most `capacity` bytes of a value; returns its size, or -1.
  int64_t (*store_get)(torch_store_ref store, const char *key, uint8_t *bytes, int64_t capacity);
  // Adds to a number, which starts at 0, and returns the sum; INT64_MIN for an error.
  int64_t (*store_add)(torch_store_ref store, const char *key, int64_t amount);
  // Connects the processes of ranks 0 ..< count: with Gloo, and for a CUDA device also with NCCL. `interface` names the
  // network interface; where it is empty, it is the one that leads to the address. `polls` makes the
  // sums of layers wait busily, which is faster where each process has a core. A group lives as long as the process.
  torch_group_ref (*make_group)(
      torch_store_ref store, const char *address, int32_t port, const char *interface, int32_t rank, int32_t count,
      int32_t device, int32_t polls, double limit);
  // Closes all connections, so that every waiting operation fails; from any thread.
  void (*hang_up)(torch_group_ref group);
  // Replaces each number by its sum, or its greatest value, over all processes.
  int (*all_reduce)(torch_group_ref group, double *numbers, int64_t count, int32_t greatest);
  // Replaces the elements of tensors by those of rank 0.
  int (*broadcast)(torch_group_ref group, const torch_tensor_ref *tensors, int32_t count);
  // From now on, `backward` averages the gradients of these weights over all processes, in buckets of at most `bucket_bytes`,
  // each as soon as its gradients are known. Every step calls `begin_forward` and `begin_backward`.
  int (*average_gradients)(
      torch_group_ref group, const torch_tensor_ref *weights, int32_t count, int64_t bucket_bytes);
  int (*begin_forward)(torch_group_ref group);
  int (*begin_backward)(torch_group_ref group);
  // `batch_normalization` in training with the statistics of all processes' inputs.
  torch_tensor_ref (*shared_batch_normalization)(
      torch_group_ref group, torch_tensor_ref input, torch_tensor_ref gamma, torch_tensor_ref beta,
      torch_tensor_ref mean, torch_tensor_ref variance, double momentum, double epsilon);
  // Whether something accepts connections at a port now.
  int (*can_reach)(const char *address, int32_t port);
} torch_functions;

// The table.
const torch_functions *imprint_torch_functions(void);

#ifdef __cplusplus
}
#endif

#endif
