// What the sources of the bridge share.

#ifndef IMPRINT_BRIDGE_HPP
#define IMPRINT_BRIDGE_HPP

#include "torch_bridge.h"

#include <ATen/ATen.h>

#include <string>

// The target of a reference: a tensor, which counts its owners itself.
struct torch_tensor {
  at::Tensor value;
};

namespace bridge {

inline thread_local std::string last_error;

// Runs `work`, and keeps the message of an exception. Returns 1, or 0 after an exception.
template <typename Work>
int doing(Work work) {
  last_error.clear();
  try {
    work();
    return 1;
  } catch (const c10::Error &error) {
    last_error = error.what_without_backtrace();
  } catch (const std::exception &error) {
    last_error = error.what();
  } catch (...) {
  }
  if (last_error.empty()) last_error = "an error without words";
  return 0;
}

template <typename Work>
torch_tensor_ref giving(Work work) {
  torch_tensor_ref result = nullptr;
  doing([&] { result = new torch_tensor{work()}; });
  return result;
}

inline at::Device device_of(int32_t index) {
  return index < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
}

// The functions of several processes: workers.cpp.
torch_store_ref open_store(const char *address, int32_t port, int32_t is_server, double limit);
void close_store(torch_store_ref store);
int store_set(torch_store_ref store, const char *key, const uint8_t *bytes, int64_t count);
int32_t store_has(torch_store_ref store, const char *key);
int64_t store_get(torch_store_ref store, const char *key, uint8_t *bytes, int64_t capacity);
int64_t store_add(torch_store_ref store, const char *key, int64_t amount);
torch_group_ref make_group(
    torch_store_ref store, const char *address, int32_t port, const char *interface, int32_t rank, int32_t count,
    int32_t device, int32_t polls, double limit);
void hang_up(torch_group_ref group);
int all_reduce(torch_group_ref group, double *numbers, int64_t count, int32_t greatest);
int broadcast(torch_group_ref group, const torch_tensor_ref *tensors, int32_t count);
int average_gradients(torch_group_ref group, const torch_tensor_ref *weights, int32_t count, int64_t bucket_bytes);
int begin_forward(torch_group_ref group);
int begin_backward(torch_group_ref group);
torch_tensor_ref shared_batch_normalization(
    torch_group_ref group, torch_tensor_ref input, torch_tensor_ref gamma, torch_tensor_ref beta,
    torch_tensor_ref mean, torch_tensor_ref variance, double momentum, double epsilon);
int can_reach(const char *address, int32_t port);

}  // namespace bridge

#endif
