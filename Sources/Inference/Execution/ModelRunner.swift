import Heads
import LiteRT
package import ModelSurgery
package import Pictures
import Platform
import Synchronization
package import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  public import Foundation
#endif

/// A model from a picture to one vector, on as many workers as there are threads, or Edge TPUs.
package final class ModelRunner: Sendable {
  /// The picture that the model takes.
  package let input: PictureInput
  /// The encoding of the vector's elements in the file.
  package let output: ElementEncoding
  /// The arithmetic that the model runs in.
  let arithmetic: Arithmetic
  /// The number of elements of the vector.
  package let outputCount: Int

  /// An instance of the model with the thread that it runs on.
  private struct Worker: Sendable {
    let model: CompiledModel
    let executor = BlockingExecutor()
    /// The number of calls that work with it.
    var users = 0
  }

  private let loaded: LoadedModel
  private let threads: Int
  private let cache: ModelCache?
  // What tells the model that is run from others.
  private let key: String?
  // What it is run on; none for the processor.
  private let edgeTPUs: [EdgeTPU]
  // Whether the model that is run takes and returns int8 where the file says uint8.
  private let isSigned: (input: Bool, output: Bool)
  // Made when they are first needed.
  private let workers = Mutex<[Worker]>([])

  /// Prepares a model.
  ///
  /// - Parameters:
  ///   - model: The model, verified.
  ///   - origin: Where it comes from, if that is known; else it is serialised to tell it from others.
  ///   - execution: How to run it.
  /// - Throws: ``InferenceError``, ``SurgeryError``, ``LiteRTError``, and `TFLiteError` where it cannot be serialised.
  package init(model: Model, origin: ModelOrigin? = nil, execution: Execution) throws {
    try model.checkRunnable()
    let single = model.forSinglePictures
    let origin = single == nil ? origin : origin?.changed("for single pictures")
    let model = single ?? model
    let given = try PictureInput(of: model)
    let (_, outputIndex) = try model.onlyInputAndOutput()
    guard let graph = model.mainSubgraph, let vector = graph.tensor(outputIndex) else {
      throw SurgeryError.notOneInputAndOutput(inputs: 1, outputs: 0)
    }
    guard let count = vector.elementCount, count > 0, vector.shape.last.map(Int.init) == count else {
      throw SurgeryError.noVector(tensor: graph.label(of: outputIndex), shape: vector.shape)
    }
    output = try ElementEncoding(of: vector, label: graph.label(of: outputIndex))
    outputCount = count
    threads = max(1, execution.threads ?? ProcessInfo.processInfo.activeProcessorCount)
    cache = execution.cache
    let prepared = try PreparedModel(model, origin: origin, arithmetic: execution.arithmetic, cache: cache)
    input = prepared.arithmetic == .exact ? given : try PictureInput(of: prepared.model)
    let (inputType, outputType) = try prepared.model.borderTypes
    isSigned = try (
      input: model.borderTypes.input == .uint8 && inputType == .int8,
      output: vector.type == .uint8 && outputType == .int8
    )
    arithmetic = prepared.arithmetic
    key = prepared.key
    edgeTPUs = try execution.edgeTPUs(for: model, file: prepared.file)
    loaded = try LoadedModel(file: prepared.file, runtime: execution.runtime ?? Runtime())
  }

  /// Runs the model on pictures, once a view, and passes what `read` makes of the outputs to `deliver`, in order.
  ///
  /// - Parameters:
  ///   - pictures: The pictures.
  ///   - reader: Reads them for this model.
  ///   - profile: Takes the times of reading and inference.
  ///   - read: Reads an output's bytes.
  ///   - deliver: Takes a picture's number and a value for each of its views, or why the picture cannot be read.
  /// - Throws: What the runtime and `deliver` throw, ``InferenceError`` for pixels that do not fit the model, and
  ///   `CancellationError`.
  package func run<Value: Sendable>(
    _ pictures: PictureSource, by reader: ViewReader, profile: Profile? = nil,
    isolation: isolated (any Actor)? = #isolation,
    read: @escaping @Sendable (UnsafeRawBufferPointer) -> Value,
    deliver: (Int, Result<[Value], PictureError>) throws -> Void
  ) async throws {
    try check(pictures, augmentation: reader.augmentation)
    guard pictures.count > 0 else { return }
    let workers = try begin(count: pictures.count, profile: profile)
    defer { giveBack(workers) }
    try await OrderedWork.run(
      count: pictures.count, workers: workers, executors: workers.map(\.executor),
      work: work(on: pictures, by: reader, profile: profile, read: read),
      deliver: { index, result in
        profile?.notePicture()
        try deliver(index, result)
      })
  }

  /// Returns the values for pictures as a sequence; see ``run(_:by:profile:isolation:read:deliver:)``.
  ///
  /// - Parameters:
  ///   - check: Throws what is wrong with the caller's arguments, when the work begins.
  ///   - map: Makes a picture's result of its place and the values for its views.
  package func results<Value: Sendable, Mapped: Sendable>(
    _ pictures: PictureSource, by reader: ViewReader, profile: Profile? = nil,
    check: @escaping @Sendable () throws -> Void = {}, read: @escaping @Sendable (UnsafeRawBufferPointer) -> Value,
    map: @escaping @Sendable (Int, [Value]) -> Mapped
  ) -> PictureResults<Mapped> {
    let work = work(on: pictures, by: reader, profile: profile, read: read)
    return PictureResults(
      OrderedResults(
        count: pictures.count,
        begin: { [self] in
          try check()
          try self.check(pictures, augmentation: reader.augmentation)
          let workers = try begin(count: pictures.count, profile: profile)
          return (workers, workers.map(\.executor))
        },
        end: { [self] in giveBack($0) },
        work: { worker, index in
          let result = try work(worker, index)
          profile?.notePicture()
          return result.map { map(index, $0) }
        }))
  }

  private func check(_ pictures: PictureSource, augmentation: Augmentation) throws {
    guard case .tensors(let tensors) = pictures else { return }
    guard augmentation == .off else { throw InferenceError.augmentationOfDecoded(augmentation) }
    for tensor in tensors { try input.check(tensor) }
  }

  private func begin(count: Int, profile: Profile?) throws -> [Worker] {
    let workers = try profile.measure(.opening) { try takeWorkers(for: count) }
    profile?.note(workers: workers.count)
    return workers
  }

  /// Returns the work on one picture.
  private func work<Value: Sendable>(
    on pictures: PictureSource, by reader: ViewReader, profile: Profile?,
    read: @escaping @Sendable (UnsafeRawBufferPointer) -> Value
  ) -> @Sendable (Worker, Int) throws -> Result<[Value], PictureError> {
    let read = reading(read)
    return { [input] worker, index in
      do {
        let picture = try reader.open(index, of: pictures, timing: profile?.pictureTiming)
        return .success(
          try (0..<reader.augmentation.count).map { view in
            try worker.model.run(
              input, profile: profile,
              write: { try reader.write(view, of: picture, index, of: pictures, profile: profile, into: $0) },
              read: read)
          })
      } catch let error as PictureError {
        return .failure(error)
      }
    }
  }

  /// Runs the model on one input tensor, its elements as the file has them.
  ///
  /// - Throws: ``InferenceError/wrongTensorSize(bytes:expected:)``, `LiteRTError`.
  package func run(tensor: UnsafeRawBufferPointer) throws -> [Float] {
    let workers = try takeWorkers(for: 1)
    defer { giveBack(workers) }
    let model = workers[0].model
    guard tensor.count == model.input.byteCount else {
      throw InferenceError.wrongTensorSize(bytes: tensor.count, expected: model.input.byteCount)
    }
    return try model.run(
      fill: { bytes in
        bytes.copyMemory(from: tensor)
        if isSigned.input { for index in bytes.indices { bytes[index] ^= 0x80 } }
      }, read: reading { [output] in output.values($0) })
  }

  /// Takes one instance a core for many pictures, each with one thread; for one picture a single one with all threads.
  ///
  /// There are never more instances of a kind than cores: more would only take memory. Calls that come when all are at work
  /// share them, and wait for each other within ``CompiledModel``.
  private func takeWorkers(for count: Int) throws -> [Worker] {
    guard edgeTPUs.isEmpty else { return try takeDevices(for: count) }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let wanted = count == 1 ? 1 : min(threads, count, cores)
    let hardware = Hardware.cpu(threads: count == 1 ? threads : 1)
    return try workers.withLock { workers in
      let same = workers.indices.filter { workers[$0].model.hardware == hardware }
      var chosen = Array(same.filter { workers[$0].users == 0 }.prefix(wanted))
      while chosen.count < wanted, workers.count(where: { $0.model.hardware == hardware }) < cores {
        workers.append(Worker(model: try compile(for: hardware)))
        chosen.append(workers.count - 1)
      }
      if chosen.isEmpty, let least = same.min(by: { workers[$0].users < workers[$1].users }) { chosen = [least] }
      for index in chosen { workers[index].users += 1 }
      return chosen.map { workers[$0] }
    }
  }

  /// Takes one instance a device, those first that no other call works with.
  ///
  /// Of several devices those are left out that cannot be opened, as long as one can.
  private func takeDevices(for count: Int) throws -> [Worker] {
    let threads = edgeTPUs.count == 1 ? threads : 1
    return try workers.withLock { workers in
      workers.removeAll { $0.model.hasLostDevice }
      var chosen = Array(workers.indices.filter { workers[$0].users == 0 }.prefix(count))
      var refusal: (any Error)?
      for device in edgeTPUs where chosen.count < count {
        guard !workers.contains(where: { $0.model.hardware.edgeTPU == device }) else { continue }
        do {
          workers.append(Worker(model: try CompiledModel(loaded, hardware: .edgeTPU(device, threads: threads))))
          chosen.append(workers.count - 1)
        } catch let error as LiteRTError where error.edgeTPU?.code == .cannotOpen {
          refusal = refusal ?? error
        }
      }
      if chosen.isEmpty, let least = workers.indices.min(by: { workers[$0].users < workers[$1].users }) {
        chosen = [least]
      }
      if chosen.isEmpty, let refusal { throw refusal }
      for index in chosen { workers[index].users += 1 }
      return chosen.map { workers[$0] }
    }
  }

  private func compile(for hardware: Hardware) throws -> CompiledModel {
    guard let cache, let key else { return try CompiledModel(loaded, hardware: hardware) }
    return try cache.withPackedWeights(of: "\(key) \(loaded.runtime.identity)") {
      try CompiledModel(loaded, hardware: hardware, packedWeights: $0)
    }
  }

  /// Reads an output in the encoding that the file has.
  private func reading<Value>(
    _ read: @escaping @Sendable (UnsafeRawBufferPointer) -> Value
  ) -> @Sendable (UnsafeRawBufferPointer) -> Value {
    guard isSigned.output else { return read }
    return { signed in
      withUnsafeTemporaryAllocation(byteCount: signed.count, alignment: 16) { bytes in
        for index in signed.indices { bytes[index] = signed[index] ^ 0x80 }
        return read(UnsafeRawBufferPointer(bytes))
      }
    }
  }

  private func giveBack(_ taken: [Worker]) {
    workers.withLock { workers in
      for index in workers.indices where taken.contains(where: { $0.model === workers[index].model }) {
        workers[index].users -= 1
      }
    }
  }
}

extension CompiledModel {
  /// Runs the model on one picture.
  ///
  /// - Parameters:
  ///   - picture: The picture that the model takes.
  ///   - profile: Takes the time of inference, without that of `write`.
  ///   - write: Writes the picture's RGB bytes.
  ///   - read: Reads the output's bytes.
  /// - Throws: What `write` throws, ``InferenceError/wrongTensorSize(bytes:expected:)``, `LiteRTError`.
  fileprivate func run<Value>(
    _ picture: PictureInput, profile: Profile?, write: (UnsafeMutableRawBufferPointer) throws -> Void,
    read: (UnsafeRawBufferPointer) -> Value
  ) throws -> Value {
    try profile.measure(.inference) {
      try run(
        fill: { tensor in
          try picture.fill(tensor) { bytes in try profile.excluding(.inference) { try write(bytes) } }
        }, read: read)
    }
  }
}

extension Model {
  /// The types of the input's and the output's elements.
  fileprivate var borderTypes: (input: TensorType?, output: TensorType?) {
    get throws {
      let (input, output) = try onlyInputAndOutput()
      return (mainSubgraph?.tensor(input)?.type, mainSubgraph?.tensor(output)?.type)
    }
  }
}
