package import Heads
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

/// A model that takes a picture and returns one vector. It runs on one worker per thread, or per Edge TPU.
package final class ModelRunner: Sendable {
  /// The size of the picture that the model takes, and its conversion to the input tensor.
  package let input: PictureInput
  /// The encoding of the vector's elements in the file.
  package let output: ElementEncoding
  /// The arithmetic in which the model runs.
  let arithmetic: Arithmetic
  /// The number of elements of the vector.
  package let outputCount: Int

  /// An instance of the model with the thread on which it runs.
  private struct Worker: Sendable {
    let model: CompiledModel
    let executor = BlockingExecutor()
    /// The number of calls that use the worker.
    var users = 0
  }

  private let loaded: LoadedModel
  private let threads: Int
  private let cache: ModelCache?
  // Identifies the prepared model in the cache; nil without a cache.
  private let key: String?
  // The devices on which the model runs; empty for the processor.
  private let edgeTPUs: [EdgeTPU]
  // Whether the prepared model takes and returns int8 where the file has uint8.
  private let isSigned: (input: Bool, output: Bool)
  // Created when they are first needed.
  private let workers = Mutex<[Worker]>([])

  /// Prepares a model.
  ///
  /// - Parameters:
  ///   - model: The model, verified.
  ///   - origin: The file from which the model was read, if known; otherwise the model is serialised to identify it.
  ///   - execution: How to run it.
  /// - Throws: ``InferenceError``, `SurgeryError`, `LiteRTError`, and `TFLiteError` where it cannot be serialised.
  package init(model: Model, origin: ModelOrigin? = nil, execution: Execution) throws {
    try model.checkRunnable()
    let single = model.runnableForm
    let origin = single == nil ? origin : origin?.changed("in runnable form")
    let model = single ?? model
    let given = try PictureInput(of: model)
    let (_, outputIndex) = try model.onlyInputAndOutput()
    guard let graph = model.mainSubgraph, let vector = graph.tensor(outputIndex) else {
      throw SurgeryError.notOneInputAndOutput(inputs: 1, outputs: 0)
    }
    guard let count = vector.elementCount, count > 0, vector.shape.contains(where: { Int($0) == count }) else {
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
    if edgeTPUs.isEmpty {
      try Execution.tryOut(prepared.model, file: prepared.file, identity: prepared.key, by: execution.trial)
    }
    loaded = try LoadedModel(
      file: prepared.file, runtime: execution.runtime ?? Runtime(),
      kernels: edgeTPUs.isEmpty ? execution.kernels : .off)
  }

  /// Runs the model on pictures, once per view. `read` converts each output to a value; `deliver` gets the values in order.
  ///
  /// - Parameters:
  ///   - pictures: The pictures.
  ///   - reader: Reads pictures for this model.
  ///   - profile: Records the times of reading and inference.
  ///   - read: Converts the bytes of an output to a value.
  ///   - deliver: Called in order with each picture's index and one value per view, or the error if it cannot be read.
  /// - Throws: The errors of the runtime and of `deliver`, ``InferenceError`` for pixels that do not fit the model, and
  ///   `CancellationError`.
  package func run<Value: Sendable>(
    _ pictures: PictureSource, by reader: ViewReader, profile: Profile? = nil,
    isolation: isolated (any Actor)? = #isolation,
    read: @escaping @Sendable (UnsafeRawBufferPointer) -> Value,
    deliver: (Int, Result<[Value], PictureError>) throws -> Void
  ) async throws {
    let work = work(on: pictures, by: reader, profile: profile, read: read)
    try await run(pictures, augmentation: reader.augmentation, profile: profile, work: work, deliver: deliver)
  }

  /// The values of a picture's views, what identifies the picture, and what its plain view looks like; see
  /// ``PictureSource/identity(_:)``.
  package struct Identified<Value: Sendable>: Sendable {
    package let values: [Value]
    package let identity: PictureIdentity?
    package let look: PictureLook?
  }

  /// Runs the model on pictures, identifies them and looks at them; see ``run(_:by:profile:isolation:read:deliver:)``.
  package func runIdentifying<Value: Sendable>(
    _ pictures: PictureSource, by reader: ViewReader, profile: Profile? = nil,
    isolation: isolated (any Actor)? = #isolation,
    read: @escaping @Sendable (UnsafeRawBufferPointer) -> Value,
    deliver: (Int, Result<Identified<Value>, PictureError>) throws -> Void
  ) async throws {
    let work = identifyingWork(on: pictures, by: reader, profile: profile, read: read)
    try await run(pictures, augmentation: reader.augmentation, profile: profile, work: work, deliver: deliver)
  }

  private func run<Value: Sendable>(
    _ pictures: PictureSource, augmentation: Augmentation, profile: Profile?,
    isolation: isolated (any Actor)? = #isolation,
    work: @escaping @Sendable (Worker, Int) throws -> Result<Value, PictureError>,
    deliver: (Int, Result<Value, PictureError>) throws -> Void
  ) async throws {
    try check(pictures, augmentation: augmentation)
    guard pictures.count > 0 else { return }
    let workers = try begin(count: pictures.count, profile: profile)
    defer { giveBack(workers) }
    try await OrderedWork.run(
      count: pictures.count, workers: workers, executors: workers.map(\.executor), work: work,
      deliver: { index, result in
        profile?.notePicture()
        try deliver(index, result)
      })
  }

  /// Returns the values for pictures as a sequence; see ``run(_:by:profile:isolation:read:deliver:)``.
  ///
  /// - Parameters:
  ///   - check: Called when the work begins; throws if the caller's arguments are invalid.
  ///   - map: Returns a picture's result from its index and the values of its views.
  package func results<Value: Sendable, Mapped: Sendable>(
    _ pictures: PictureSource, by reader: ViewReader, profile: Profile? = nil,
    check: @escaping @Sendable () throws -> Void = {}, read: @escaping @Sendable (UnsafeRawBufferPointer) -> Value,
    map: @escaping @Sendable (Int, [Value]) -> Mapped
  ) -> PictureResults<Mapped> {
    let work = work(on: pictures, by: reader, profile: profile, read: read)
    return results(
      pictures, augmentation: reader.augmentation, profile: profile, check: check, work: work, map: map)
  }

  /// Returns the values for pictures that are identified, as a sequence; see
  /// ``runIdentifying(_:by:profile:isolation:read:deliver:)``.
  package func identifyingResults<Value: Sendable, Mapped: Sendable>(
    _ pictures: PictureSource, by reader: ViewReader, profile: Profile? = nil,
    read: @escaping @Sendable (UnsafeRawBufferPointer) -> Value,
    map: @escaping @Sendable (Int, Identified<Value>) -> Mapped
  ) -> PictureResults<Mapped> {
    let work = identifyingWork(on: pictures, by: reader, profile: profile, read: read)
    return results(
      pictures, augmentation: reader.augmentation, profile: profile, check: {}, work: work, map: map)
  }

  private func results<Value: Sendable, Mapped: Sendable>(
    _ pictures: PictureSource, augmentation: Augmentation, profile: Profile?,
    check: @escaping @Sendable () throws -> Void,
    work: @escaping @Sendable (Worker, Int) throws -> Result<Value, PictureError>,
    map: @escaping @Sendable (Int, Value) -> Mapped
  ) -> PictureResults<Mapped> {
    PictureResults(
      OrderedResults(
        count: pictures.count,
        begin: { [self] in
          try check()
          try self.check(pictures, augmentation: augmentation)
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

  /// Runs the model on pictures that come one at a time, on the caller's threads.
  package struct Instance<Value: Sendable>: Sendable {
    private let run: @Sendable (PictureItem) throws -> Result<[Value], PictureError>
    fileprivate let end: @Sendable () -> Void

    fileprivate init(
      run: @escaping @Sendable (PictureItem) throws -> Result<[Value], PictureError>,
      end: @escaping @Sendable () -> Void
    ) {
      (self.run, self.end) = (run, end)
    }

    /// Returns one value per view, or the error if the picture cannot be read.
    ///
    /// - Throws: The errors of the runtime.
    package func callAsFunction(_ picture: PictureItem) throws -> Result<[Value], PictureError> { try run(picture) }

    /// Gives the instance back, for other calls to use.
    package func giveBack() { end() }
  }

  /// Takes instances of the model to run on threads of the caller, each on one at a time: one with all threads of the model,
  /// or several with one each; fewer where the model runs on fewer devices.
  package func instances<Value: Sendable>(
    _ count: Int, by reader: ViewReader, read: @escaping @Sendable (UnsafeRawBufferPointer) -> Value
  ) throws -> [Instance<Value>] {
    try takeWorkers(for: count).map { worker in
      Instance(
        run: { [self] in try work(on: .items([$0]), by: reader, profile: nil, read: read)(worker, 0) },
        end: { [self] in giveBack([worker]) })
    }
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

  /// Returns the work on one picture that is identified.
  private func identifyingWork<Value: Sendable>(
    on pictures: PictureSource, by reader: ViewReader, profile: Profile?,
    read: @escaping @Sendable (UnsafeRawBufferPointer) -> Value
  ) -> @Sendable (Worker, Int) throws -> Result<Identified<Value>, PictureError> {
    let read = reading(read)
    return { [input] worker, index in
      do {
        var identity = pictures.identity(index)
        let picture = try reader.open(index, of: pictures, timing: profile?.pictureTiming) { identity = $0 }
        var look: PictureLook?
        let values = try (0..<reader.augmentation.count).map { view in
          try worker.model.run(
            input, profile: profile,
            write: { bytes in
              try reader.write(
                view, of: picture, index, of: pictures, profile: profile, found: { identity = $0 }, into: bytes)
              guard view == 0, let identity else { return }
              look = profile.measure(.looking) {
                PictureLook(
                  UnsafeRawBufferPointer(bytes), sides: (input.width, input.height),
                  of: (identity.width, identity.height))
              }
            }, read: read)
        }
        return .success(Identified(values: values, identity: identity, look: look))
      } catch let error as PictureError {
        return .failure(error)
      }
    }
  }

  /// Runs the model on the only picture of a source, on the caller's thread.
  ///
  /// - Returns: One value per view, or the error if the picture cannot be read.
  /// - Throws: ``InferenceError`` for pixels that do not fit the model, `LiteRTError`.
  package func runHere<Value: Sendable>(
    _ picture: PictureSource, by reader: ViewReader, read: @escaping @Sendable (UnsafeRawBufferPointer) -> Value
  ) throws -> Result<[Value], PictureError> {
    try check(picture, augmentation: reader.augmentation)
    let workers = try takeWorkers(for: 1)
    defer { giveBack(workers) }
    return try work(on: picture, by: reader, profile: nil, read: read)(workers[0], 0)
  }

  /// Runs the model on one input tensor whose elements have the type of the model file's input.
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

  /// Takes instances of the model: for many pictures one per core, each with one thread; for one picture a single instance
  /// with all threads.
  ///
  /// There are never more instances of a kind than cores: more would only use memory. When all instances are in use, calls
  /// share them and wait for each other within ``CompiledModel``.
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

  /// Takes one instance per device, starting with the instances that no other call uses.
  ///
  /// Devices that cannot be opened are left out, unless no device can be opened.
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
    // Beside the kernels, the runtime packs only the weights of the last layers.
    let kernels = hardware.threads == 1 && loaded.kernels.isWanted ? " with kernels" : ""
    return try cache.withPackedWeights(of: "\(key) \(loaded.runtime.identity)\(kernels)") {
      try CompiledModel(loaded, hardware: hardware, packedWeights: $0)
    }
  }

  /// Whether Imprint's own kernels compute the first operators, on each of several pictures.
  ///
  /// - Throws: `LiteRTError` where the model cannot be prepared.
  package var usesKernels: Bool {
    get throws {
      guard edgeTPUs.isEmpty, loaded.kernels.isWanted else { return false }
      return try compile(for: .cpu(threads: 1)).usesKernels
    }
  }

  /// Returns a closure that converts an output to the encoding of the file before it calls `read`.
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
  ///   - picture: The size and conversion of the picture.
  ///   - profile: Records the time of inference, without the time of `write`.
  ///   - write: Writes the picture's RGB bytes.
  ///   - read: Converts the bytes of the output to a value.
  /// - Throws: The errors of `write`, ``InferenceError/wrongTensorSize(bytes:expected:)``, `LiteRTError`.
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
