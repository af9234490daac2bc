import CTorch

/// The device that holds and computes tensors: the processor or a CUDA device.
///
/// In libtorch, gradient recording belongs to a thread, and the number of threads to the process: use a `Torch` and its
/// tensors from one thread.
public struct Torch: Sendable {
  /// The opened library.
  public let library: TorchLibrary
  /// The index of the CUDA device, or nil for the processor.
  public let device: Int?
  /// The greatest number of processor threads for one operation.
  public let threads: Int

  var functions: torch_functions { library.functions }
  var deviceNumber: Int32 { Int32(device ?? -1) }

  /// Selects a device.
  ///
  /// - Parameters:
  ///   - library: The opened library.
  ///   - device: The index of a CUDA device, or nil for the processor.
  ///   - threads: The greatest number of processor threads for one operation.
  /// - Throws: ``TorchError/noDevice(_:count:)``.
  public init(_ library: TorchLibrary, device: Int? = nil, threads: Int) throws(TorchError) {
    if let device {
      let count = library.deviceCount
      guard device >= 0, device < count else { throw .noDevice(device, count: count) }
    }
    self.library = library
    self.device = device
    self.threads = max(1, threads)
    try useThreads(self.threads)
  }

  private func useThreads(_ count: Int) throws(TorchError) {
    try library.check(functions.set_threads(Int32(clamping: count)), to: "set the number of threads")
  }

  /// Runs `body` with one thread for each operation, which is faster for small tensors.
  public func withOneThread<Value>(_ body: () throws -> Value) throws -> Value {
    try useThreads(1)
    defer { _ = functions.set_threads(Int32(clamping: threads)) }
    return try body()
  }

  /// Runs `body` without recording operations for gradients on this thread.
  public func withoutGradients<Value>(_ body: () throws -> Value) throws -> Value {
    try library.check(functions.set_recording(0), to: "stop recording")
    defer { _ = functions.set_recording(1) }
    return try body()
  }

  /// Makes a tensor from a copy of floats in row-major order.
  public func tensor(_ elements: [Float], shape: [Int]) throws(TorchError) -> TorchTensor {
    guard shape.reduce(1, *) == elements.count else {
      throw .failed(to: "make a tensor", message: "\(elements.count) elements do not fill the shape \(shape)")
    }
    let sizes = shape.map { Int64($0) }
    return try make("make a tensor") { $0.from_floats(elements, sizes, Int32(clamping: sizes.count), deviceNumber) }
  }

  /// Makes a one-dimensional tensor of integers, such as labels.
  public func integers(_ elements: [Int]) throws(TorchError) -> TorchTensor {
    let elements = elements.map { Int64($0) }
    return try make("make a tensor of integers") { $0.from_integers(elements, Int64(elements.count), deviceNumber) }
  }

  /// Makes a tensor of pictures `[count, 3, side, side]`, each element (byte − mean) / deviation, from bytes in the order
  /// `[count, side, side, 3]`.
  public func pictures(
    _ bytes: UnsafeRawBufferPointer, count: Int, side: Int, mean: Float, deviation: Float
  ) throws(TorchError) -> TorchTensor {
    guard bytes.count == count * side * side * 3, let start = bytes.bindMemory(to: UInt8.self).baseAddress else {
      throw .failed(
        to: "make a tensor of pictures",
        message: "\(bytes.count) bytes do not hold \(count) pictures of \(side)x\(side)")
    }
    return try make("make a tensor of pictures") {
      $0.from_pictures(start, Int64(count), Int64(side), Int64(side), mean, deviation, deviceNumber)
    }
  }

  /// Returns the tensor that `body` makes, or throws libtorch's error. `task` names the operation in the error.
  func make(
    _ task: String, _ body: (torch_functions) -> torch_tensor_ref?
  ) throws(TorchError) -> TorchTensor {
    guard let reference = body(functions) else { throw library.failure(to: task) }
    return TorchTensor(reference, self)
  }
}
