import CTorch

/// Where tensors are made and computed: the processor, or a CUDA device.
///
/// What is recorded for gradients, the seed and the number of threads belong to the thread or the process, as libtorch has
/// it: let one thread work with a `Torch` and its tensors.
public struct Torch: Sendable {
  /// The library.
  public let library: TorchLibrary
  /// The number of the CUDA device, or nil for the processor.
  public let device: Int?
  /// How many threads an operation may take on the processor.
  public let threads: Int

  var functions: torch_functions { library.functions }
  var deviceNumber: Int32 { Int32(device ?? -1) }

  /// A place to compute.
  ///
  /// - Parameters:
  ///   - library: The opened library.
  ///   - device: The number of a CUDA device, or nil for the processor.
  ///   - threads: How many threads an operation may take on the processor.
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

  /// Does something on one thread: of small tensors threads take longer to meet than to compute.
  public func withOneThread<Value>(_ body: () throws -> Value) throws -> Value {
    try useThreads(1)
    defer { _ = functions.set_threads(Int32(clamping: threads)) }
    return try body()
  }

  /// Does something whose gradients are not asked for, on this thread.
  public func withoutGradients<Value>(_ body: () throws -> Value) throws -> Value {
    try library.check(functions.set_recording(0), to: "stop recording")
    defer { _ = functions.set_recording(1) }
    return try body()
  }

  /// A tensor of floats in row-major order, which are copied.
  public func tensor(_ elements: [Float], shape: [Int]) throws(TorchError) -> TorchTensor {
    guard shape.reduce(1, *) == elements.count else {
      throw .failed(to: "make a tensor", message: "\(elements.count) elements have not the shape \(shape)")
    }
    let sizes = shape.map { Int64($0) }
    return try make("make a tensor") { $0.from_floats(elements, sizes, Int32(clamping: sizes.count), deviceNumber) }
  }

  /// A list of whole numbers, such as labels.
  public func integers(_ elements: [Int]) throws(TorchError) -> TorchTensor {
    let elements = elements.map { Int64($0) }
    return try make("make a list") { $0.from_integers(elements, Int64(elements.count), deviceNumber) }
  }

  /// Pictures `[count, 3, side, side]`, as (byte − mean) / deviation, from bytes in the order `[count, side, side, 3]`.
  public func pictures(
    _ bytes: UnsafeRawBufferPointer, count: Int, side: Int, mean: Float, deviation: Float
  ) throws(TorchError) -> TorchTensor {
    guard bytes.count == count * side * side * 3, let start = bytes.bindMemory(to: UInt8.self).baseAddress else {
      throw .failed(
        to: "take in pictures", message: "\(bytes.count) bytes are not \(count) of \(side) by \(side)")
    }
    return try make("take in pictures") {
      $0.from_pictures(start, Int64(count), Int64(side), Int64(side), mean, deviation, deviceNumber)
    }
  }

  func make(
    _ task: String, _ body: (torch_functions) -> torch_tensor_ref?
  ) throws(TorchError) -> TorchTensor {
    guard let reference = body(functions) else { throw library.failure(to: task) }
    return TorchTensor(reference, self)
  }
}
