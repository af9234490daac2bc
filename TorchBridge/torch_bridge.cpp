#include "bridge.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/api/include/torch/version.h>

#include <dlfcn.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace {

using namespace bridge;

c10::optional<at::Tensor> given(torch_tensor_ref tensor) {
  if (tensor == nullptr) return c10::nullopt;
  return tensor->value;
}

const char *error() { return last_error.c_str(); }

const char *torch_version() { return TORCH_VERSION; }

int32_t device_count() {
  int32_t count = 0;
  doing([&] { count = at::hasCUDA() ? static_cast<int32_t>(at::detail::getCUDAHooks().getNumGPUs()) : 0; });
  return count;
}

int set_threads(int32_t count) {
  return doing([=] {
    at::set_num_threads(count);
    // libtorch sets the threads only of the BLAS that it was built for; Debian's uses OpenBLAS without knowing it.
    using set_count = void (*)(int);
    static const set_count set_blas = reinterpret_cast<set_count>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    if (set_blas != nullptr) set_blas(count);
  });
}

int set_recording(int32_t recording) {
  return doing([=] { at::GradMode::set_enabled(recording != 0); });
}

torch_tensor_ref from_floats(const float *elements, const int64_t *shape, int32_t rank, int32_t device) {
  return giving([=] {
    at::Tensor tensor = at::from_blob(const_cast<float *>(elements), at::IntArrayRef(shape, rank), at::kFloat).clone();
    if (rank == 4) tensor = tensor.contiguous(at::MemoryFormat::ChannelsLast);
    return tensor.to(device_of(device));
  });
}

torch_tensor_ref from_integers(const int64_t *elements, int64_t count, int32_t device) {
  return giving([=] {
    return at::from_blob(const_cast<int64_t *>(elements), {count}, at::kLong).clone().to(device_of(device));
  });
}

torch_tensor_ref from_pictures(
    const uint8_t *bytes, int64_t count, int64_t height, int64_t width, float mean, float deviation, int32_t device) {
  return giving([=] {
    at::Tensor pictures = at::from_blob(const_cast<uint8_t *>(bytes), {count, height, width, 3}, at::kByte);
    pictures = pictures.to(device_of(device)).to(at::kFloat).permute({0, 3, 1, 2});
    return pictures.sub_(mean).div_(deviation);
  });
}

torch_tensor_ref zeros_like(torch_tensor_ref tensor) {
  return giving([=] { return at::zeros_like(tensor->value); });
}

void release(torch_tensor_ref tensor) { delete tensor; }

int32_t get_shape(torch_tensor_ref tensor, int64_t *shape, int32_t capacity) {
  int32_t rank = -1;
  doing([&] {
    at::IntArrayRef sizes = tensor->value.sizes();
    for (size_t place = 0; place < sizes.size() && place < static_cast<size_t>(capacity); place++) {
      shape[place] = sizes[place];
    }
    rank = static_cast<int32_t>(sizes.size());
  });
  return rank;
}

int copy_floats(torch_tensor_ref tensor, float *elements, int64_t count) {
  return doing([=] {
    at::Tensor source = tensor->value.detach().to(at::kCPU).to(at::kFloat).contiguous();
    TORCH_CHECK(source.numel() == count, "there are ", source.numel(), " elements, and ", count, " are asked for");
    std::copy_n(source.data_ptr<float>(), count, elements);
  });
}

int assign(torch_tensor_ref tensor, torch_tensor_ref source) {
  return doing([=] {
    c10::AutoGradMode off(false);
    TORCH_CHECK(tensor->value.sizes() == source->value.sizes(), "the shapes differ");
    tensor->value.copy_(source->value);
  });
}

int require_gradient(torch_tensor_ref tensor, int32_t required) {
  return doing([=] { tensor->value.requires_grad_(required != 0); });
}

torch_tensor_ref gradient(torch_tensor_ref tensor) {
  last_error.clear();
  if (!tensor->value.grad().defined()) return nullptr;
  return giving([=] { return tensor->value.grad(); });
}

int clear_gradient(torch_tensor_ref tensor) {
  return doing([=] { tensor->value.mutable_grad() = at::Tensor(); });
}

int backward(torch_tensor_ref loss) {
  return doing([=] { loss->value.backward(); });
}

torch_tensor_ref convolution(
    torch_tensor_ref input, torch_tensor_ref kernel, torch_tensor_ref bias, int64_t stride, const int64_t *padding,
    int64_t groups) {
  return giving([=] {
    int64_t top = padding[0], left = padding[1], below = padding[2], right = padding[3];
    at::Tensor padded = input->value;
    // The operation supports only equal padding on both sides.
    if (top != below || left != right) {
      padded = at::constant_pad_nd(padded, {left, right, top, below}, 0);
      top = left = 0;
    }
    return at::conv2d(padded, kernel->value, given(bias), {stride, stride}, {top, left}, {1, 1}, groups);
  });
}

torch_tensor_ref batch_normalization(
    torch_tensor_ref input, torch_tensor_ref gamma, torch_tensor_ref beta, torch_tensor_ref mean,
    torch_tensor_ref variance, int32_t training, double momentum, double epsilon) {
  return giving([=] {
    return at::batch_norm(
        input->value, gamma->value, beta->value, mean->value, variance->value, training != 0, momentum, epsilon, true);
  });
}

torch_tensor_ref clamp(torch_tensor_ref input, double lower, double upper) {
  return giving([=] { return at::hardtanh(input->value, lower, upper); });
}

torch_tensor_ref picture_mean(torch_tensor_ref input) {
  return giving([=] { return at::mean(input->value, at::IntArrayRef{2, 3}); });
}

torch_tensor_ref linear(torch_tensor_ref input, torch_tensor_ref weights, torch_tensor_ref bias) {
  return giving([=] { return at::linear(input->value, weights->value, given(bias)); });
}

torch_tensor_ref normalize(torch_tensor_ref input, double epsilon) {
  return giving([=] {
    at::Tensor squares = at::sum(at::square(input->value), at::IntArrayRef{1}, true);
    return at::mul(input->value, at::rsqrt(at::add(squares, epsilon)));
  });
}

torch_tensor_ref add(torch_tensor_ref left, torch_tensor_ref right) {
  return giving([=] { return at::add(left->value, right->value); });
}

torch_tensor_ref subtract(torch_tensor_ref left, torch_tensor_ref right) {
  return giving([=] { return at::sub(left->value, right->value); });
}

torch_tensor_ref multiply(torch_tensor_ref left, torch_tensor_ref right) {
  return giving([=] { return at::mul(left->value, right->value); });
}

torch_tensor_ref divide(torch_tensor_ref left, torch_tensor_ref right) {
  return giving([=] { return at::div(left->value, right->value); });
}

torch_tensor_ref square_root(torch_tensor_ref input, double shift) {
  return giving([=] { return at::sqrt(at::add(input->value, shift)); });
}

torch_tensor_ref reshape(torch_tensor_ref input, const int64_t *shape, int32_t rank) {
  return giving([=] { return at::reshape(input->value, at::IntArrayRef(shape, rank)); });
}

torch_tensor_ref dropout(
    torch_tensor_ref input, double probability, uint64_t seed, int64_t first_row, int64_t row_count) {
  return giving([=] {
    std::vector<int64_t> shape = input->value.sizes().vec();
    int64_t rows = shape.at(0);
    shape[0] = row_count;
    // A generator of its own: the whole process shares the default one.
    at::Tensor kept = at::empty(shape, at::kFloat);
    kept.bernoulli_(1 - probability, at::detail::createCPUGenerator(seed)).div_(1 - probability);
    kept = kept.narrow(0, first_row, rows);
    return at::mul(input->value, kept.to(input->value.device()));
  });
}

torch_tensor_ref cross_entropy(torch_tensor_ref logits, torch_tensor_ref labels, double smoothing) {
  return giving([=] {
    return at::cross_entropy_loss(logits->value, labels->value, {}, at::Reduction::Mean, -100, smoothing);
  });
}

torch_tensor_ref round_to_grid(
    torch_tensor_ref input, double scale, int64_t zero_point, int64_t lower, int64_t upper) {
  return giving(
      [=] { return at::fake_quantize_per_tensor_affine(input->value, scale, zero_point, lower, upper); });
}

torch_tensor_ref round_channels_to_grid(
    torch_tensor_ref input, torch_tensor_ref scales, int64_t lower, int64_t upper) {
  return giving([=] {
    at::Tensor steps = scales->value.detach();
    at::Tensor zeros = at::zeros(steps.sizes(), steps.options().dtype(at::kInt));
    return at::fake_quantize_per_channel_affine(input->value, steps, zeros, 0, lower, upper);
  });
}

int get_range(torch_tensor_ref tensor, float *lower, float *upper) {
  return doing([=] {
    c10::AutoGradMode off(false);
    std::tuple<at::Tensor, at::Tensor> range = at::aminmax(tensor->value.detach());
    *lower = std::get<0>(range).item<float>();
    *upper = std::get<1>(range).item<float>();
  });
}

torch_tensor_ref channel_bounds(torch_tensor_ref tensor) {
  return giving([=] {
    c10::AutoGradMode off(false);
    at::Tensor rows = tensor->value.detach().flatten(1);
    return at::amax(at::abs(rows), at::IntArrayRef{1});
  });
}

int descend(
    const torch_tensor_ref *weights, const torch_tensor_ref *velocities, const double *decays, int32_t count,
    double rate, double momentum, int32_t nesterov) {
  return doing([=] {
    c10::AutoGradMode off(false);
    for (int32_t place = 0; place < count; place++) {
      at::Tensor weight = weights[place]->value;
      at::Tensor gradient = weight.grad();
      if (!gradient.defined()) continue;
      if (decays[place] != 0) gradient = gradient.add(weight, decays[place]);
      at::Tensor velocity = velocities[place]->value;
      velocity.mul_(momentum).add_(gradient);
      weight.add_(nesterov ? gradient.add(velocity, momentum) : velocity, -rate);
    }
  });
}

int descend_by_root_mean_square(
    const torch_tensor_ref *weights, const torch_tensor_ref *squares, const torch_tensor_ref *velocities,
    const double *decays, int32_t count, double rate, double rho, double momentum, double epsilon) {
  return doing([=] {
    c10::AutoGradMode off(false);
    for (int32_t place = 0; place < count; place++) {
      at::Tensor weight = weights[place]->value;
      at::Tensor gradient = weight.grad();
      if (!gradient.defined()) continue;
      if (decays[place] != 0) gradient = gradient.add(weight, decays[place]);
      at::Tensor square = squares[place]->value;
      at::Tensor velocity = velocities[place]->value;
      square.mul_(rho).addcmul_(gradient, gradient, 1 - rho);
      velocity.mul_(momentum).addcdiv_(gradient, square.add(epsilon).sqrt_(), rate);
      weight.sub_(velocity);
    }
  });
}

int average(
    const torch_tensor_ref *averages, const torch_tensor_ref *weights, int32_t count, double decay) {
  return doing([=] {
    c10::AutoGradMode off(false);
    for (int32_t place = 0; place < count; place++) {
      averages[place]->value.mul_(decay).add_(weights[place]->value, 1 - decay);
    }
  });
}

const torch_functions functions = {
    TORCH_BRIDGE_VERSION,
    error,
    torch_version,
    device_count,
    set_threads,
    set_recording,
    from_floats,
    from_integers,
    from_pictures,
    zeros_like,
    release,
    get_shape,
    copy_floats,
    assign,
    require_gradient,
    gradient,
    clear_gradient,
    backward,
    convolution,
    batch_normalization,
    clamp,
    picture_mean,
    linear,
    normalize,
    add,
    subtract,
    multiply,
    divide,
    square_root,
    reshape,
    dropout,
    cross_entropy,
    round_to_grid,
    round_channels_to_grid,
    get_range,
    channel_bounds,
    descend,
    descend_by_root_mean_square,
    average,
    open_store,
    close_store,
    store_set,
    store_has,
    store_get,
    store_add,
    make_group,
    hang_up,
    all_reduce,
    broadcast,
    average_gradients,
    begin_forward,
    begin_backward,
    shared_batch_normalization,
    can_reach,
};

}  // namespace

const torch_functions *imprint_torch_functions(void) { return &functions; }
