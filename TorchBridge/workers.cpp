// Several processes that train one network: libtorch's store, process groups and averaging of gradients.

#include "bridge.hpp"

#if __has_include(<gloo/context.h>)
#define USE_C10D_GLOO

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/api/include/torch/version.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <torch/csrc/distributed/c10d/reducer.hpp>
#ifdef USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif
// A libtorch from PyPI has a Gloo of its own inside, which need not be that of the headers.
#if TORCH_VERSION_MAJOR < 2
#define HAS_LAYER_SUMS
#include "layer_sums.hpp"
#endif

#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iterator>
#include <limits>
#include <memory>

struct torch_store {
  c10::intrusive_ptr<c10d::Store> value;
};

namespace {

#if TORCH_VERSION_MAJOR >= 2
using Backend = c10d::Backend;
#else
using Backend = c10d::ProcessGroup;
#endif

}  // namespace

struct torch_group {
  int count;
  // For numbers and statistics of the processor.
  c10::intrusive_ptr<c10d::ProcessGroupGloo> control;
  // For gradients, beside the others: Gloo's.
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo_gradients;
  // For everything on the device: Gloo's or NCCL's.
  c10::intrusive_ptr<Backend> gradients, statistics;
#ifdef HAS_LAYER_SUMS
  // For the statistics of the processor's layers.
  std::unique_ptr<bridge::LayerSums> layers;
#endif
  std::unique_ptr<c10d::Reducer> reducer;
  // Gloo's connections to the other processes.
  std::vector<int> connections;
};

namespace {

// Keeps SIGPIPE from this thread, and from those that it starts. Gloo writes to connections that the other side, or hang_up,
// has closed; the signal would end the process without a word. What writes gets EPIPE all the same.
class WithoutPipeSignal {
 public:
  WithoutPipeSignal() {
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    was_pending = is_pending();
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
  }

  ~WithoutPipeSignal() {
    int number;
    if (!was_pending && is_pending()) sigwait(&pipe, &number);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  WithoutPipeSignal(const WithoutPipeSignal &) = delete;
  WithoutPipeSignal &operator=(const WithoutPipeSignal &) = delete;

 private:
  sigset_t pipe, before;
  bool was_pending;

  static bool is_pending() {
    sigset_t signals;
    sigpending(&signals);
    return sigismember(&signals, SIGPIPE) == 1;
  }
};

// Runs `work`, which writes to other processes.
template <typename Work>
int talking(Work work) {
  WithoutPipeSignal guard;
  return bridge::doing(work);
}

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<int64_t>(1000 * std::max(0.001, seconds)));
}

// The address of this machine from which it reaches another; empty if it reaches none.
std::string own_address(const char *address, int32_t port) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  if (getaddrinfo(address, std::to_string(port).c_str(), &hints, &found) != 0) return "";
  std::string result;
  for (addrinfo *place = found; place != nullptr && result.empty(); place = place->ai_next) {
    int handle = socket(place->ai_family, place->ai_socktype, place->ai_protocol);
    if (handle < 0) continue;
    sockaddr_storage own{};
    socklen_t size = sizeof(own);
    char name[NI_MAXHOST];
    // For datagrams, this only chooses the way.
    if (connect(handle, place->ai_addr, place->ai_addrlen) == 0 &&
        getsockname(handle, reinterpret_cast<sockaddr *>(&own), &size) == 0 &&
        getnameinfo(reinterpret_cast<sockaddr *>(&own), size, name, sizeof(name), nullptr, 0, NI_NUMERICHOST) == 0) {
      result = name;
    }
    close(handle);
  }
  freeaddrinfo(found);
  return result;
}

std::shared_ptr<gloo::transport::Device> make_device(const std::string &address, const std::string &interface) {
  return !interface.empty() ? c10d::ProcessGroupGloo::createDeviceForInterface(interface)
      : !address.empty()    ? c10d::ProcessGroupGloo::createDeviceForHostname(address)
                            : c10d::ProcessGroupGloo::createDefaultDevice();
}

c10::intrusive_ptr<c10d::ProcessGroupGloo> make_gloo(
    const c10::intrusive_ptr<c10d::Store> &store, const std::string &prefix, const std::string &address,
    const std::string &interface, int rank, int count, int threads, double limit) {
  auto options = c10d::ProcessGroupGloo::Options::create(milliseconds(limit));
  options->threads = threads;
  options->devices.push_back(make_device(address, interface));
  return c10::make_intrusive<c10d::ProcessGroupGloo>(c10::make_intrusive<c10d::PrefixStore>(prefix, store), rank, count, options);
}

// The connected sockets of this process, apart from those that a store at `port` has accepted.
std::vector<int> connected_sockets(int32_t port) {
  std::vector<int> found;
  int end = static_cast<int>(std::min<long>(std::max<long>(sysconf(_SC_OPEN_MAX), 256), 1 << 16));
  for (int handle = 0; handle < end; handle++) {
    sockaddr_storage own{}, other{};
    socklen_t size = sizeof(own), other_size = sizeof(other);
    if (getpeername(handle, reinterpret_cast<sockaddr *>(&other), &other_size) != 0 ||
        getsockname(handle, reinterpret_cast<sockaddr *>(&own), &size) != 0) {
      continue;
    }
    in_port_t own_port = own.ss_family == AF_INET ? reinterpret_cast<sockaddr_in *>(&own)->sin_port
        : own.ss_family == AF_INET6               ? reinterpret_cast<sockaddr_in6 *>(&own)->sin6_port
                                                  : htons(port);
    if (own_port != htons(port)) found.push_back(handle);
  }
  return found;
}

// Adds the statistics of a layer over all processes.
void sum(torch_group &group, at::Tensor tensor) {
  WithoutPipeSignal guard;
#ifdef HAS_LAYER_SUMS
  if (group.layers) return group.layers->add(tensor.data_ptr<double>(), tensor.numel());
#endif
  std::vector<at::Tensor> tensors{tensor};
  group.statistics->allreduce(tensors)->wait();
}

// Does `work` for the numbers up to `count` in pieces, on libtorch's own threads where they are those of GNU's OpenMP. A
// compiler without OpenMP cannot use them through libtorch's headers.
template <typename Work>
void in_parallel(int64_t count, int64_t piece, Work work) {
  using start_threads = void (*)(void (*)(void *), void *, unsigned, unsigned);
  static const auto start = reinterpret_cast<start_threads>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
  int64_t threads = std::min<int64_t>(at::get_num_threads(), (count + piece - 1) / piece);
  if (start == nullptr || threads <= 1) return work(0, count);
  struct State {
    Work &work;
    int64_t count, piece;
    std::atomic<int64_t> next;
  } state{work, count, piece, {0}};
  start(
      [](void *pointer) {
        State &state = *static_cast<State *>(pointer);
        for (int64_t first; (first = state.next.fetch_add(state.piece)) < state.count;) {
          state.work(first, std::min(state.count, first + state.piece));
        }
      },
      &state, static_cast<unsigned>(threads), 0);
}

#if defined(__x86_64__)
__attribute__((target_clones("avx2", "default")))
#endif
void combine_rows(
    const float *xs, const float *ys, const float *as, const float *bs, const float *cs, float *__restrict results,
    int64_t rows, int64_t channels) {
  for (int64_t row = 0; row < rows; row++) {
    const float *x_row = xs + row * channels, *y_row = ys + row * channels;
    float *__restrict result_row = results + row * channels;
    for (int64_t place = 0; place < channels; place++) {
      result_row[place] = as[place] * x_row[place] + bs[place] * y_row[place] + cs[place];
    }
  }
}

// a · x + b · y + c with numbers for each channel, for x and y with the same layout.
at::Tensor combined(
    const at::Tensor &x, const at::Tensor &y, const at::Tensor &a, const at::Tensor &b, const at::Tensor &c) {
  int64_t channels = x.size(1);
  bool is_last = x.dim() == 4 && x.is_contiguous(at::MemoryFormat::ChannelsLast) &&
      y.is_contiguous(at::MemoryFormat::ChannelsLast);
  if (!x.is_cpu() || !is_last) {
    std::vector<int64_t> shape(x.dim(), 1);
    shape[1] = channels;
    return x.mul(a.view(shape)).add_(y.mul(b.view(shape))).add_(c.view(shape));
  }
  // In one pass over the memory.
  at::Tensor result = at::empty_like(x);
  at::Tensor af = a.contiguous(), bf = b.contiguous(), cf = c.contiguous();
  const float *xs = x.data_ptr<float>(), *ys = y.data_ptr<float>();
  const float *as = af.data_ptr<float>(), *bs = bf.data_ptr<float>(), *cs = cf.data_ptr<float>();
  float *results = result.data_ptr<float>();
  int64_t rows = x.numel() / std::max<int64_t>(1, channels);
  in_parallel(rows, std::max<int64_t>(1, (1 << 15) / channels), [=](int64_t first, int64_t end) {
    int64_t place = first * channels;
    combine_rows(xs + place, ys + place, as, bs, cs, results + place, end - first, channels);
  });
  return result;
}

// Batch normalisation with the statistics of all processes.
struct SharedNormalization : public torch::autograd::Function<SharedNormalization> {
  static at::Tensor forward(
      torch::autograd::AutogradContext *context, const at::Tensor &given, const at::Tensor &gamma,
      const at::Tensor &beta, const at::Tensor &running_mean, const at::Tensor &running_variance, int64_t group_address,
      double momentum, double epsilon) {
    auto *group = reinterpret_cast<torch_group *>(group_address);
    at::Tensor input = given.contiguous(given.suggest_memory_format());
    int64_t channels = input.size(1);
    double elements = static_cast<double>(input.numel()) / static_cast<double>(channels);
    at::Tensor mean, variance;
    std::tie(mean, variance) = at::batch_norm_update_stats(input, {}, {}, 0);
    mean = mean.to(at::kDouble);
    variance = variance.to(at::kDouble);
    // n, Σx and Σx² in double, so that a difference of two sums is exact enough.
    at::Tensor sums = at::cat(
        {at::full({1}, elements, mean.options()), mean * elements, (variance + mean * mean) * elements});
    sum(*group, sums);
    at::Tensor total = sums.narrow(0, 0, 1);
    at::Tensor shared_mean = sums.narrow(0, 1, channels) / total;
    at::Tensor shared_variance =
        (sums.narrow(0, 1 + channels, channels) / total - shared_mean * shared_mean).clamp_min(0);
    at::Tensor unbiased = shared_variance * total / (total - 1).clamp_min(1);
    at::Tensor(running_mean).mul_(1 - momentum).add_(shared_mean.to(at::kFloat), momentum);
    at::Tensor(running_variance).mul_(1 - momentum).add_(unbiased.to(at::kFloat), momentum);
    at::Tensor factor = (shared_variance + epsilon).rsqrt().to(at::kFloat);
    mean = shared_mean.to(at::kFloat);
    at::Tensor output = std::get<0>(at::native_batch_norm(
        input, gamma, beta, mean, shared_variance.to(at::kFloat), false, 0, epsilon));
    context->save_for_backward({input, gamma, mean, factor, total});
    context->saved_data["group"] = group_address;
    context->saved_data["epsilon"] = epsilon;
    return output;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    auto saved = context->get_saved_variables();
    const at::Tensor &input = saved[0], &gamma = saved[1], &mean = saved[2], &factor = saved[3], &total = saved[4];
    auto *group = reinterpret_cast<torch_group *>(context->saved_data["group"].toInt());
    at::Tensor gradient = gradients[0].contiguous(input.suggest_memory_format());
    // Of these pictures: Σ dy x̂ and Σ dy.
    at::Tensor gamma_gradient, beta_gradient;
    std::tie(std::ignore, gamma_gradient, beta_gradient) = at::native_batch_norm_backward(
        gradient, input, gamma, {}, {}, mean, factor, true, context->saved_data["epsilon"].toDouble(),
        {false, true, true});
    at::Tensor sums = at::cat({gamma_gradient, beta_gradient}).to(at::kDouble);
    sum(*group, sums);
    sums = sums / total;
    int64_t channels = input.size(1);
    // dx = γ f (dy − Σ dy / n − x̂ Σ dy x̂ / n), with x̂ = (x − μ) f, as a dy + b x + c.
    at::Tensor a = (gamma * factor).to(at::kDouble);
    at::Tensor b = -a * factor * sums.narrow(0, 0, channels);
    at::Tensor c = -a * sums.narrow(0, channels, channels) - b * mean;
    at::Tensor input_gradient =
        combined(gradient, input, a.to(at::kFloat), b.to(at::kFloat), c.to(at::kFloat));
    at::Tensor none;
    return {input_gradient, gamma_gradient, beta_gradient, none, none, none, none, none};
  }
};

}  // namespace

namespace bridge {

torch_store_ref open_store(const char *address, int32_t port, int32_t is_server, double limit) {
  torch_store_ref result = nullptr;
  talking([&] {
    c10d::TCPStoreOptions options;
    options.port = static_cast<uint16_t>(port);
    options.isServer = is_server != 0;
    options.waitWorkers = false;
    options.timeout = milliseconds(limit);
    result = new torch_store{c10::make_intrusive<c10d::TCPStore>(address, options)};
  });
  return result;
}

int can_reach(const char *address, int32_t port) {
  return doing([=] {
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    int code = getaddrinfo(address, std::to_string(port).c_str(), &hints, &found);
    TORCH_CHECK(code == 0, gai_strerror(code));
    int reason = EADDRNOTAVAIL;
    for (addrinfo *place = found; place != nullptr && reason != 0; place = place->ai_next) {
      int handle = socket(place->ai_family, place->ai_socktype, place->ai_protocol);
      if (handle < 0) continue;
      timeval limit{2, 0};
      setsockopt(handle, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
      reason = connect(handle, place->ai_addr, place->ai_addrlen) == 0 ? 0 : errno;
      close(handle);
    }
    freeaddrinfo(found);
    TORCH_CHECK(reason == 0, strerror(reason));
  });
}

void close_store(torch_store_ref store) { delete store; }

int store_set(torch_store_ref store, const char *key, const uint8_t *bytes, int64_t count) {
  return talking([=] { store->value->set(key, std::vector<uint8_t>(bytes, bytes + count)); });
}

int32_t store_has(torch_store_ref store, const char *key) {
  int32_t result = -1;
  talking([&] { result = store->value->check({key}) ? 1 : 0; });
  return result;
}

int64_t store_get(torch_store_ref store, const char *key, uint8_t *bytes, int64_t capacity) {
  int64_t result = -1;
  talking([&] {
    std::vector<uint8_t> value = store->value->get(key);
    std::copy_n(value.begin(), std::min<int64_t>(capacity, value.size()), bytes);
    result = static_cast<int64_t>(value.size());
  });
  return result;
}

int64_t store_add(torch_store_ref store, const char *key, int64_t amount) {
  int64_t result = std::numeric_limits<int64_t>::min();
  talking([&] { result = store->value->add(key, amount); });
  return result;
}

torch_group_ref make_group(
    torch_store_ref store, const char *address, int32_t port, const char *interface, int32_t rank, int32_t count,
    int32_t device, int32_t polls, double limit) {
  torch_group_ref result = nullptr;
  talking([&] {
    auto group = std::make_unique<torch_group>();
    std::string own = own_address(address, port);
    std::vector<int> before = connected_sockets(port), after;
    group->count = count;
    group->control = make_gloo(store->value, "control", own, interface, rank, count, 1, limit);
    if (device < 0) {
      group->gloo_gradients = make_gloo(store->value, "gradients", own, interface, rank, count, 2, limit);
      group->statistics = group->control;
      group->gradients = group->gloo_gradients;
#ifdef HAS_LAYER_SUMS
      c10d::ProcessGroupGloo::GlooStore meeting(c10::make_intrusive<c10d::PrefixStore>("layers", store->value));
      group->layers = std::make_unique<bridge::LayerSums>(
          meeting, make_device(own, interface), rank, count, polls != 0, milliseconds(limit));
#endif
    } else {
#ifdef USE_C10D_NCCL
      auto options = c10d::ProcessGroupNCCL::Options::create();
      options->timeout = milliseconds(limit);
      group->gradients = c10::make_intrusive<c10d::ProcessGroupNCCL>(
          c10::make_intrusive<c10d::PrefixStore>("nccl", store->value), rank, count, options);
      group->statistics = group->gradients;
#else
      TORCH_CHECK(false, "the library was built without NCCL, which workers on CUDA devices need");
#endif
    }
    after = connected_sockets(port);
    std::set_difference(
        after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(group->connections));
    result = group.release();
  });
  return result;
}

void hang_up(torch_group_ref group) {
  // Gloo notices the end of a connection in its own thread, and fails what waits for it; its own way to close one does not.
  for (int handle : group->connections) shutdown(handle, SHUT_RDWR);
}

int all_reduce(torch_group_ref group, double *numbers, int64_t count, int32_t greatest) {
  return talking([=] {
    std::vector<at::Tensor> tensors{at::from_blob(numbers, {count}, at::kDouble)};
    c10d::AllreduceOptions options;
    if (greatest) options.reduceOp = c10d::ReduceOp::MAX;
    group->control->allreduce(tensors, options)->wait();
  });
}

int broadcast(torch_group_ref group, const torch_tensor_ref *tensors, int32_t count) {
  return talking([=] {
    c10::AutoGradMode off(false);
    for (int32_t place = 0; place < count; place++) {
      at::Tensor contents = tensors[place]->value.detach().contiguous();
      std::vector<at::Tensor> list{contents};
      group->statistics->broadcast(list)->wait();
      tensors[place]->value.detach().copy_(contents);
    }
  });
}

int average_gradients(torch_group_ref group, const torch_tensor_ref *weights, int32_t count, int64_t bucket_bytes) {
  return talking([=] {
    std::vector<at::Tensor> list;
    for (int32_t place = 0; place < count; place++) {
      at::Tensor weight = weights[place]->value;
      // Kernels of one pixel or of one input channel have several layouts at once: the reducer wants that of their gradients.
      if (weight.dim() == 4) {
        at::Tensor copy = at::empty(weight.sizes(), weight.options().requires_grad(false), at::MemoryFormat::ChannelsLast);
        copy.copy_(weight.detach());
        weight.set_data(copy);
      }
      list.push_back(weight);
    }
    std::vector<size_t> limits{static_cast<size_t>(bucket_bytes)};
    auto assigned = c10d::compute_bucket_assignment_by_size(list, limits);
    auto buckets = std::get<0>(assigned);
    auto sizes = std::get<1>(assigned);
    // Gradients become known from the last weight to the first.
    std::reverse(buckets.begin(), buckets.end());
    std::reverse(sizes.begin(), sizes.end());
#if TORCH_VERSION_MAJOR >= 2
    auto processes = c10::make_intrusive<c10d::ProcessGroup>(group->gradients->getRank(), group->gradients->getSize());
    bool is_gloo = static_cast<bool>(group->gloo_gradients);
    processes->setBackend(
        is_gloo ? c10::DeviceType::CPU : c10::DeviceType::CUDA,
        is_gloo ? c10d::ProcessGroup::BackendType::GLOO : c10d::ProcessGroup::BackendType::NCCL, group->gradients);
#else
    auto processes = group->gradients;
#endif
    group->reducer = std::make_unique<c10d::Reducer>(
        list, buckets, sizes, processes, std::vector<bool>(list.size(), false), bucket_bytes, false, true,
        std::unordered_map<size_t, std::string>(), bucket_bytes);
  });
}

int begin_forward(torch_group_ref group) {
  return talking([=] {
    group->reducer->rebuild_buckets();
    group->reducer->prepare_for_forward();
  });
}

int begin_backward(torch_group_ref group) {
  return talking([=] { group->reducer->prepare_for_backward({}); });
}

torch_tensor_ref shared_batch_normalization(
    torch_group_ref group, torch_tensor_ref input, torch_tensor_ref gamma, torch_tensor_ref beta,
    torch_tensor_ref mean, torch_tensor_ref variance, double momentum, double epsilon) {
  return giving([=] {
    return SharedNormalization::apply(
        input->value, gamma->value, beta->value, mean->value, variance->value, reinterpret_cast<int64_t>(group),
        momentum, epsilon);
  });
}

}  // namespace bridge

#else

#include <limits>

namespace bridge {

torch_store_ref open_store(const char *, int32_t, int32_t, double) {
  doing([] {
    TORCH_CHECK(
        false, "the library was built without Gloo's headers; install libgloo-dev and run scripts/build-torch again");
  });
  return nullptr;
}

// Nothing can be asked of a store or a group that cannot be made.
void close_store(torch_store_ref) {}
int store_set(torch_store_ref, const char *, const uint8_t *, int64_t) { return 0; }
int32_t store_has(torch_store_ref, const char *) { return -1; }
int64_t store_get(torch_store_ref, const char *, uint8_t *, int64_t) { return -1; }
int64_t store_add(torch_store_ref, const char *, int64_t) { return std::numeric_limits<int64_t>::min(); }
torch_group_ref make_group(
    torch_store_ref, const char *, int32_t, const char *, int32_t, int32_t, int32_t, int32_t, double) {
  return nullptr;
}
void hang_up(torch_group_ref) {}
int can_reach(const char *, int32_t) { return 1; }
int all_reduce(torch_group_ref, double *, int64_t, int32_t) { return 0; }
int broadcast(torch_group_ref, const torch_tensor_ref *, int32_t) { return 0; }
int average_gradients(torch_group_ref, const torch_tensor_ref *, int32_t, int64_t) { return 0; }
int begin_forward(torch_group_ref) { return 0; }
int begin_backward(torch_group_ref) { return 0; }
torch_tensor_ref shared_batch_normalization(
    torch_group_ref, torch_tensor_ref, torch_tensor_ref, torch_tensor_ref, torch_tensor_ref, torch_tensor_ref, double,
    double) {
  return nullptr;
}

}  // namespace bridge

#endif
