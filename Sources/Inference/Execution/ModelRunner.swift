import Platform
import Heads
import LiteRT
import ModelSurgery
import Pictures
import Synchronization
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A model that takes a picture and gives one vector, on as many workers as there are threads, or Edge TPUs.
package final class ModelRunner: Sendable {
  /// What the model takes.
  package let input: PictureInput
  /// How the vector's elements are stored, as the file has it.
  package let output: ElementEncoding
  /// In whose arithmetic it is run.
  let arithmetic: EmbeddingSpace.Arithmetic
  /// How many elements the vector has.
  package let outputCount: Int

  private let loaded: LoadedModel
  private let threads: Int
  private let cache: ModelCache?
  // What tells the model that is run from others.
  private let key: String?
  // What it is run on; none for the processor.
  private let edgeTPUs: [EdgeTPU]
  // Whether what is run takes and gives int8 where the file says uint8.
  private let isSigned: (input: Bool, output: Bool)
  // Instances, made when they are first needed, and how many calls work with each.
  private let instances = Mutex<[(model: CompiledModel, users: Int)]>([])

  /// - Parameters:
  ///   - model: The model, verified.
  ///   - file: Its bytes.
  ///   - execution: How it is run.
  /// - Throws: ``InferenceError``, ``SurgeryError`` or ``LiteRTError``.
  package init(model: Model, file: Bytes, execution: Execution) throws {
    try model.checkRunnable()
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
    let prepared = PreparedModel(model, file: file, precision: execution.precision, cache: cache)
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

  /// Runs the model on pictures given by their number, and hands over what `read` makes of each output, in order.
  ///
  /// - Parameters:
  ///   - count: The number of pictures.
  ///   - profile: Is told of the time that it takes, but for that of `write` and `deliver`.
  ///   - write: Writes one picture's RGB bytes. A ``PictureError`` that it throws becomes that picture's result.
  ///   - read: Reads the output's bytes.
  ///   - deliver: Takes one result.
  /// - Throws: What the runtime and `deliver` throw, other errors of `write`, and `CancellationError`.
  package func run<Value: Sendable>(
    count: Int, profile: Profile? = nil, isolation: isolated (any Actor)? = #isolation,
    write: @escaping @Sendable (Int, UnsafeMutableRawBufferPointer) throws -> Void,
    read: @escaping @Sendable (UnsafeRawBufferPointer) -> Value,
    deliver: (Int, Result<Value, PictureError>) throws -> Void
  ) async throws {
    guard count > 0 else { return }
    let input = input
    let read = reading(read)
    let workers = try profile.measure(.opening) { try takeWorkers(for: count) }
    defer { giveBack(workers) }
    profile?.note(workers: workers.count)
    try await OrderedWork.run(
      count: count, workers: workers, executors: workers.compactMap { $0.hardware.edgeTPU.map { _ in DeviceQueue() } },
      work: { model, index -> Result<Value, PictureError> in
        do {
          return .success(try model.run(input, profile: profile, write: { try write(index, $0) }, read: read))
        } catch let error as PictureError {
          return .failure(error)
        }
      },
      deliver: { index, result in
        profile?.notePicture()
        try deliver(index, result)
      })
  }

  /// Runs the model several times on each picture, and hands over what `read` makes of the outputs, in order.
  ///
  /// - Parameters:
  ///   - count: The number of pictures.
  ///   - views: How often the model looks at each.
  ///   - profile: Is told of the time that it takes, but for that of `open`, `write` and `deliver`.
  ///   - open: Reads one picture. A ``PictureError`` that it throws becomes that picture's result.
  ///   - write: Writes the RGB bytes of one view of it.
  ///   - read: Reads the output's bytes.
  ///   - deliver: Takes the results of one picture.
  /// - Throws: As ``run(count:profile:isolation:write:read:deliver:)`` does.
  package func run<Picture, Value: Sendable>(
    count: Int, views: Int, profile: Profile? = nil, isolation: isolated (any Actor)? = #isolation,
    open: @escaping @Sendable (Int) throws -> Picture,
    write: @escaping @Sendable (Picture, Int, UnsafeMutableRawBufferPointer) throws -> Void,
    read: @escaping @Sendable (UnsafeRawBufferPointer) -> Value,
    deliver: (Int, Result<[Value], PictureError>) throws -> Void
  ) async throws {
    guard count > 0 else { return }
    let input = input
    let read = reading(read)
    let workers = try profile.measure(.opening) { try takeWorkers(for: count) }
    defer { giveBack(workers) }
    profile?.note(workers: workers.count)
    try await OrderedWork.run(
      count: count, workers: workers, executors: workers.compactMap { $0.hardware.edgeTPU.map { _ in DeviceQueue() } },
      work: { model, index -> Result<[Value], PictureError> in
        do {
          let picture = try open(index)
          return .success(
            try (0..<views).map { view in
              try model.run(input, profile: profile, write: { try write(picture, view, $0) }, read: read)
            })
        } catch let error as PictureError {
          return .failure(error)
        }
      },
      deliver: { index, result in
        profile?.notePicture()
        try deliver(index, result)
      })
  }

  /// Runs the model on one input tensor, as the file has it.
  package func run(tensor: UnsafeRawBufferPointer) throws -> [Float] {
    let workers = try takeWorkers(for: 1)
    defer { giveBack(workers) }
    let model = workers[0]
    guard tensor.count == model.input.byteCount else {
      throw InferenceError.wrongTensorSize(bytes: tensor.count, expected: model.input.byteCount)
    }
    let read = reading { [output] in output.values($0) }
    return try model.run(
      fill: { bytes in
        bytes.copyMemory(from: tensor)
        if isSigned.input { for index in bytes.indices { bytes[index] ^= 0x80 } }
      }, read: read)
  }

  /// One instance a core for many pictures, each with one thread; for one picture a single instance with all threads.
  ///
  /// There are never more instances of a kind than cores: more would only take memory. Calls that come when all are at work
  /// share them, and wait for each other within ``CompiledModel``.
  private func takeWorkers(for count: Int) throws -> [CompiledModel] {
    guard edgeTPUs.isEmpty else { return try takeDevices(for: count) }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let wanted = count == 1 ? 1 : min(threads, count, cores)
    let hardware = Hardware.cpu(threads: count == 1 ? threads : 1)
    return try instances.withLock { instances in
      let same = instances.indices.filter { instances[$0].model.hardware == hardware }
      var chosen = Array(same.filter { instances[$0].users == 0 }.prefix(wanted))
      while chosen.count < wanted, instances.count(where: { $0.model.hardware == hardware }) < cores {
        instances.append((try compile(for: hardware), 0))
        chosen.append(instances.count - 1)
      }
      if chosen.isEmpty, let least = same.min(by: { instances[$0].users < instances[$1].users }) { chosen = [least] }
      for index in chosen { instances[index].users += 1 }
      return chosen.map { instances[$0].model }
    }
  }

  /// One instance a device, those first that no other call works with.
  ///
  /// Of several devices those are left out that cannot be opened, as long as one can.
  private func takeDevices(for count: Int) throws -> [CompiledModel] {
    let threads = edgeTPUs.count == 1 ? threads : 1
    return try instances.withLock { instances in
      instances.removeAll { $0.model.hasLostDevice }
      var chosen = Array(instances.indices.filter { instances[$0].users == 0 }.prefix(count))
      var refusal: (any Error)?
      for device in edgeTPUs where chosen.count < count {
        guard !instances.contains(where: { $0.model.hardware.edgeTPU == device }) else { continue }
        do {
          instances.append((try CompiledModel(loaded, hardware: .edgeTPU(device, threads: threads)), 0))
          chosen.append(instances.count - 1)
        } catch LiteRTError.edgeTPU(.cannotOpen(let device, let reason)) {
          refusal = refusal ?? LiteRTError.edgeTPU(.cannotOpen(device, reason: reason))
        }
      }
      if chosen.isEmpty, let least = instances.indices.min(by: { instances[$0].users < instances[$1].users }) {
        chosen = [least]
      }
      if chosen.isEmpty, let refusal { throw refusal }
      for index in chosen { instances[index].users += 1 }
      return chosen.map { instances[$0].model }
    }
  }

  private func compile(for hardware: Hardware) throws -> CompiledModel {
    guard let cache, let key else { return try CompiledModel(loaded, hardware: hardware) }
    return try cache.withPackedWeights(of: "\(key) \(loaded.runtime.identity)") {
      try CompiledModel(loaded, hardware: hardware, packedWeights: $0)
    }
  }

  /// Reads an output as the file has it.
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

  private func giveBack(_ workers: [CompiledModel]) {
    instances.withLock { instances in
      for index in instances.indices where workers.contains(where: { $0 === instances[index].model }) {
        instances[index].users -= 1
      }
    }
  }
}

extension Model {
  /// What the elements of the input and the output are.
  fileprivate var borderTypes: (input: TensorType?, output: TensorType?) {
    get throws {
      let (input, output) = try onlyInputAndOutput()
      return (mainSubgraph?.tensor(input)?.type, mainSubgraph?.tensor(output)?.type)
    }
  }
}
