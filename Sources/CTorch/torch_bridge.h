// The interface between Imprint and libtorch: tensors and what training does with them.
//
// One function gives a table of all others, so that a program can open the library at run time.
//
// A function that gives a tensor gives NULL where it fails, one that gives an int gives 0; `error` then says why, on the
// thread that called. A tensor that was given is the caller's until `release`. Pictures are [N, C, H, W]; their memory
// runs along the channels first.

#ifndef IMPRINT_TORCH_BRIDGE_H
#define IMPRINT_TORCH_BRIDGE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct torch_tensor *torch_tensor_ref;

// Rises with every change of the table.
enum { TORCH_BRIDGE_VERSION = 1 };

typedef struct torch_functions {
  int32_t version;

  // The last error of this thread, until its next.
  const char *(*error)(void);
  // The version of libtorch, such as 1.13.1.
  const char *(*torch_version)(void);
  // How many CUDA devices there are.
  int32_t (*device_count)(void);
  // How many threads an operation may take on this process's processors, that of OpenBLAS included.
  int (*set_threads)(int32_t count);
  // Whether operations of this thread are recorded for `backward`.
  int (*set_recording)(int32_t recording);

  // A tensor of floats, copied.
  torch_tensor_ref (*from_floats)(const float *elements, const int64_t *shape, int32_t rank, int32_t device);
  // A list of whole numbers, copied.
  torch_tensor_ref (*from_integers)(const int64_t *elements, int64_t count, int32_t device);
  // Pictures [N, 3, H, W] of bytes [N, H, W, 3], as (byte - mean) / deviation.
  torch_tensor_ref (*from_pictures)(
      const uint8_t *bytes, int64_t count, int64_t height, int64_t width, float mean, float deviation, int32_t device);
  // A tensor of zeros, on the device and in the layout of another.
  torch_tensor_ref (*zeros_like)(torch_tensor_ref tensor);
  void (*release)(torch_tensor_ref tensor);
  // The sizes of at most `capacity` dimensions; gives their number, or -1.
  int32_t (*get_shape)(torch_tensor_ref tensor, int64_t *shape, int32_t capacity);
  // All elements in row-major order.
  int (*copy_floats)(torch_tensor_ref tensor, float *elements, int64_t count);
  // Gives a tensor the elements of another of its shape.
  int (*assign)(torch_tensor_ref tensor, torch_tensor_ref source);

  // Makes a tensor one that `backward` finds the gradient of, or not.
  int (*require_gradient)(torch_tensor_ref tensor, int32_t required);
  // The tensor's gradient; NULL without an error where there is none.
  torch_tensor_ref (*gradient)(torch_tensor_ref tensor);
  int (*clear_gradient)(torch_tensor_ref tensor);
  // Finds the gradients of a number.
  int (*backward)(torch_tensor_ref loss);

  // `padding` is what is added above, left, below and right; `bias` may be NULL.
  torch_tensor_ref (*convolution)(
      torch_tensor_ref input, torch_tensor_ref kernel, torch_tensor_ref bias, int64_t stride, const int64_t *padding,
      int64_t groups);
  // With `training` by the batch's own statistics, which move `mean` and `variance` by `momentum`.
  torch_tensor_ref (*batch_normalization)(
      torch_tensor_ref input, torch_tensor_ref gamma, torch_tensor_ref beta, torch_tensor_ref mean,
      torch_tensor_ref variance, int32_t training, double momentum, double epsilon);
  torch_tensor_ref (*clamp)(torch_tensor_ref input, double lower, double upper);
  // The mean over H and W: [N, C].
  torch_tensor_ref (*picture_mean)(torch_tensor_ref input);
  // x Wᵀ + b; `bias` may be NULL.
  torch_tensor_ref (*linear)(torch_tensor_ref input, torch_tensor_ref weights, torch_tensor_ref bias);
  // Each row divided by its length.
  torch_tensor_ref (*normalize)(torch_tensor_ref input, double epsilon);
  torch_tensor_ref (*add)(torch_tensor_ref left, torch_tensor_ref right);
  torch_tensor_ref (*subtract)(torch_tensor_ref left, torch_tensor_ref right);
  torch_tensor_ref (*multiply)(torch_tensor_ref left, torch_tensor_ref right);
  torch_tensor_ref (*divide)(torch_tensor_ref left, torch_tensor_ref right);
  // √(x + shift).
  torch_tensor_ref (*square_root)(torch_tensor_ref input, double shift);
  torch_tensor_ref (*reshape)(torch_tensor_ref input, const int64_t *shape, int32_t rank);
  // Zeros some elements at random, the same for the same seed, and scales the others, so that the mean stays.
  torch_tensor_ref (*dropout)(torch_tensor_ref input, double probability, uint64_t seed);
  // The mean over the rows of -log softmax, of labels softened by `smoothing`.
  torch_tensor_ref (*cross_entropy)(torch_tensor_ref logits, torch_tensor_ref labels, double smoothing);

  // Rounds to scale (q - zero_point) for q from `lower` to `upper`; gradients go through where q is not cut off.
  torch_tensor_ref (*round_to_grid)(
      torch_tensor_ref input, double scale, int64_t zero_point, int64_t lower, int64_t upper);
  // The same with a scale for each index along the first dimension, and the zero point 0.
  torch_tensor_ref (*round_channels_to_grid)(
      torch_tensor_ref input, torch_tensor_ref scales, int64_t lower, int64_t upper);
  // The least and the greatest element.
  int (*get_range)(torch_tensor_ref tensor, float *lower, float *upper);
  // The greatest |x| for each index along the first dimension.
  torch_tensor_ref (*channel_bounds)(torch_tensor_ref tensor);

  // v ← μ v + g + d w, w ← w − η v (with `nesterov` w − η (g + d w + μ v)), for each weight that has a gradient.
  int (*descend)(
      const torch_tensor_ref *weights, const torch_tensor_ref *velocities, const double *decays, int32_t count,
      double rate, double momentum, int32_t nesterov);
  // s ← ρ s + (1 − ρ) g², v ← μ v + η g / √(s + ε), w ← w − v, where g has d w in it.
  int (*descend_by_root_mean_square)(
      const torch_tensor_ref *weights, const torch_tensor_ref *squares, const torch_tensor_ref *velocities,
      const double *decays, int32_t count, double rate, double rho, double momentum, double epsilon);
  // a ← decay · a + (1 − decay) w.
  int (*average)(
      const torch_tensor_ref *averages, const torch_tensor_ref *weights, int32_t count, double decay);
} torch_functions;

// The table.
const torch_functions *imprint_torch_functions(void);

#ifdef __cplusplus
}
#endif

#endif
