import CTorch

/// Several processes that train one network, connected by libtorch's process groups: Gloo, and for CUDA devices NCCL.
///
/// All processes must call the same operations in the same order. An operation waits for the other processes; it throws
/// ``TorchError/failed(to:message:)`` if one of them has ended, or does not answer within the group's time limit.
public final class TorchGroup: @unchecked Sendable {
  let reference: torch_group_ref
  private let library: TorchLibrary
  /// The number of this process, from 0, and the number of processes.
  public let rank, count: Int

  /// Connects the processes.
  ///
  /// - Parameters:
  ///   - store: A store that all of them have opened.
  ///   - rank: The number of this process, from 0.
  ///   - count: The number of processes.
  ///   - interface: The name of the network interface for Gloo, or nil for the one that leads to the store.
  ///   - device: The number of this process's CUDA device, or nil for the processor.
  ///   - polls: Whether the sums of layers wait busily, which is faster where each process has a core of its own.
  ///   - limit: The longest time to wait for another process.
  public init(
    _ library: TorchLibrary, store: TorchStore, rank: Int, count: Int, interface: String?, device: Int?,
    polls: Bool, limit: Duration
  ) throws(TorchError) {
    guard
      let reference = library.functions.make_group(
        store.reference, store.address, Int32(clamping: store.port), interface ?? "", Int32(clamping: rank),
        Int32(clamping: count), Int32(clamping: device ?? -1), polls ? 1 : 0, limit / .seconds(1))
    else { throw library.failure(to: "connect the workers") }
    self.library = library
    self.reference = reference
    self.rank = rank
    self.count = count
  }

  // The group stays: a connection that failed may never end its operations, for which its end would wait.

  /// Closes the connections, from any thread: waiting and later operations throw.
  public func hangUp() { library.functions.hang_up(reference) }

  /// Returns the sum of each number over all processes.
  public func sum(_ numbers: [Double]) throws(TorchError) -> [Double] { try reduce(numbers, isGreatest: false) }

  /// Returns the greatest of each number over all processes.
  public func greatest(_ numbers: [Double]) throws(TorchError) -> [Double] { try reduce(numbers, isGreatest: true) }

  private func reduce(_ numbers: [Double], isGreatest: Bool) throws(TorchError) -> [Double] {
    var numbers = numbers
    let status = numbers.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { library.functions.all_reduce(reference, $0, Int64(buffer.count), isGreatest ? 1 : 0) }
        ?? 1
    }
    try library.check(status, to: "combine the numbers of the workers")
    return numbers
  }

  /// Replaces the elements of tensors by those of rank 0.
  public func broadcast(_ tensors: [TorchTensor]) throws(TorchError) {
    try library.check(
      library.functions.broadcast(reference, tensors.map(\.reference), Int32(clamping: tensors.count)),
      to: "send tensors to the workers")
  }

  /// Has ``TorchTensor/backward()`` average the gradients of weights over all processes from now on.
  ///
  /// The gradients are sent in buckets, each as soon as all of it are known, while the others are still computed. Each
  /// step calls ``beginForward()`` and ``beginBackward()``.
  ///
  /// - Parameters:
  ///   - weights: The weights, in the order of their use.
  ///   - bucketBytes: The size of a bucket in bytes.
  public func averageGradients(of weights: [TorchTensor], bucketBytes: Int) throws(TorchError) {
    try library.check(
      library.functions.average_gradients(
        reference, weights.map(\.reference), Int32(clamping: weights.count), Int64(bucketBytes)),
      to: "prepare to average gradients")
  }

  /// Announces a forward pass of training.
  public func beginForward() throws(TorchError) {
    try library.check(library.functions.begin_forward(reference), to: "begin a step")
  }

  /// Announces a backward pass.
  public func beginBackward() throws(TorchError) {
    try library.check(library.functions.begin_backward(reference), to: "begin to compute gradients")
  }
}

extension TorchTensor {
  /// Returns ``batchNormalization(gamma:beta:mean:variance:momentum:epsilon:)`` in training, with μ and σ² of the inputs of
  /// all processes.
  public func batchNormalization(
    gamma: TorchTensor, beta: TorchTensor, mean: TorchTensor, variance: TorchTensor, momentum: Double, epsilon: Double,
    across group: TorchGroup
  ) throws(TorchError) -> TorchTensor {
    try torch.make("normalise a batch across workers") {
      $0.shared_batch_normalization(
        group.reference, reference, gamma.reference, beta.reference, mean.reference, variance.reference, momentum,
        epsilon)
    }
  }
}
