// Sums over all processes in the middle of a step, of which batch normalisation needs two for each layer.

#ifndef IMPRINT_LAYER_SUMS_HPP
#define IMPRINT_LAYER_SUMS_HPP

#include <gloo/allreduce_halving_doubling.h>
#include <gloo/rendezvous/context.h>
#include <gloo/transport/pair.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <vector>

namespace bridge {

// Adds small vectors of all processes on the calling thread, through connections of its own. libtorch's process group hands each
// sum to another thread, which waits for Gloo's thread.
class LayerSums {
 public:
  // `polls` keeps a core busy while it waits, and so answers sooner; it needs a core for each process.
  LayerSums(
      gloo::rendezvous::Store &store, std::shared_ptr<gloo::transport::Device> device, int rank, int count, bool polls,
      std::chrono::milliseconds limit) {
    auto made = std::make_shared<gloo::rendezvous::Context>(rank, count);
    made->setTimeout(limit);
    made->connectFullMesh(store, device);
    for (int other = 0; other < count; other++) {
      if (other != rank) made->getPair(other)->setSync(true, polls);
    }
    context = made;
  }

  // Replaces each number by its sum; throws once another process has ended or the time limit has passed.
  void add(double *numbers, int64_t count) {
    auto &sum = sums[count];
    if (!sum) sum = std::make_unique<Sum>(context, count);
    std::copy_n(numbers, count, sum->numbers.data());
    sum->algorithm.run();
    std::copy_n(sum->numbers.data(), count, numbers);
  }

 private:
  // The memory and the plan of the sums of one size.
  struct Sum {
    std::vector<double> numbers;
    // Adds each number in one process, so that all get the same bits.
    gloo::AllreduceHalvingDoubling<double> algorithm;

    Sum(const std::shared_ptr<gloo::Context> &context, int64_t count)
        : numbers(count), algorithm(context, {numbers.data()}, static_cast<int>(count)) {}
  };

  std::shared_ptr<gloo::Context> context;
  std::map<int64_t, std::unique_ptr<Sum>> sums;
};

}  // namespace bridge

#endif
