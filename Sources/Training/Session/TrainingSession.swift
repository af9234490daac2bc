import Heads
import ModelSurgery
import Pictures
import Torch

/// A network in training: takes steps and evaluates. It must be used on the thread that created it.
final class TrainingSession {
  /// The result of a step, computed before the weights are updated.
  struct StepResult {
    let loss: Double
    /// The number of pictures that were classified correctly.
    let correct: Int
    let rate: Double
  }

  let settings: TrainingSettings
  let network: Network
  let stepsPerEpoch: Int
  let torch: Torch
  /// The processes that train the network together; nil for this one alone.
  let workers: Workers?
  private let optimizer: Optimizer
  private let averages: WeightAverages?
  private var fakeQuantization: FakeQuantization?

  /// Whether fake quantisation has begun.
  var isQuantizing: Bool { fakeQuantization != nil }

  /// Creates a session with initial weights.
  init(
    _ settings: TrainingSettings, base: Architecture, classes: Int, weights: NamedWeights, stepsPerEpoch: Int,
    torch: Torch, workers: Workers? = nil
  ) throws {
    self.settings = settings
    self.torch = torch
    self.stepsPerEpoch = stepsPerEpoch
    self.workers = workers
    network = try Network(base: base, head: settings.head, classes: classes, weights: weights, torch: torch)
    let trained = network.trained(isBaseFrozen: settings.isBaseFrozen)
    optimizer = try Optimizer(
      settings.optimizer, weights: trained, weightDecay: settings.weightDecay, torch: torch)
    averages = try settings.averageDecay.map { try WeightAverages(of: trained, decay: $0, torch: torch) }
    try workers?.averageGradients(of: trained.map(\.tensor))
  }

  /// Restores the state of a checkpoint, whose weights the session already has.
  func restore(_ checkpoint: Checkpoint) throws {
    for (name, state) in zip(optimizer.names, optimizer.states) {
      try restore(state.velocity, name, from: checkpoint.velocities)
      if let square = state.square { try restore(square, name, from: checkpoint.squares) }
    }
    for (name, average) in averages?.tensors ?? [] { try restore(average, name, from: checkpoint.averages) }
    restoreRanges(checkpoint)
  }

  /// Restores a checkpoint's fake quantisation, if it had begun.
  func restoreRanges(_ checkpoint: Checkpoint) {
    guard let grid = settings.fakeQuantization?.grid, !checkpoint.ranges.isEmpty else { return }
    fakeQuantization = FakeQuantization(grid: grid, ranges: checkpoint.ranges)
  }

  private func restore(_ tensor: TorchTensor, _ name: String, from weights: NamedWeights?) throws {
    guard let kept = weights?[name], kept.shape == tensor.shape else {
      throw TrainingError.badWeights(name, because: "the checkpoint lacks its optimiser state")
    }
    try tensor.assign(torch.tensor(kept))
  }

  /// Returns the state as a checkpoint.
  func checkpoint(
    labels: [String], pictures: String, position: TrainingPosition, history: [EpochResult]
  ) throws -> Checkpoint {
    func values(_ tensors: [(name: String, tensor: TorchTensor)]) throws -> NamedWeights {
      try NamedWeights(tensors.map { ($0.name, try $0.tensor.weights()) })
    }
    let states = Array(zip(optimizer.names, optimizer.states))
    return Checkpoint(
      settings: settings, labels: labels, pictures: pictures, position: position, history: history,
      weights: try network.values(), averages: try averages.map { try values($0.tensors) },
      velocities: try values(states.map { ($0, $1.velocity) }),
      squares: try values(states.compactMap { name, state in state.square.map { (name, $0) } }),
      ranges: fakeQuantization?.ranges ?? [:])
  }

  /// Takes a step with pictures `[N, 3, side, side]`: with several workers, those of this one.
  func step(pictures: TorchTensor, labels: [Int], at step: Int) throws -> StepResult {
    try workers?.group.beginForward()
    let pass = pass(at: step)
    let embedding: TorchTensor
    if settings.isBaseFrozen {
      embedding = try self.embedding(of: pictures)
    } else {
      embedding = try network.embedding(of: pictures, pass)
    }
    return try self.step(embedding: embedding, labels: labels, at: step, pass)
  }

  /// Takes a step with embeddings `[N, D]` of a frozen base.
  func step(embedding: TorchTensor, labels: [Int], at step: Int) throws -> StepResult {
    try self.step(embedding: embedding, labels: labels, at: step, pass(at: step))
  }

  /// Whether the session trains only a small head, for which one thread is faster than several.
  private var isLight: Bool {
    settings.isBaseFrozen && torch.device == nil
      && settings.batchSize * network.classes * network.base.outputs < 1 << 24
  }

  /// Returns the embeddings of pictures in evaluation mode.
  func embedding(of pictures: TorchTensor) throws -> TorchTensor {
    try torch.withoutGradients { try network.embedding(of: pictures, .evaluation(fakeQuantization)) }
  }

  /// Returns the normalised embeddings of embeddings in evaluation mode.
  func direction(ofEmbedding embedding: TorchTensor) throws -> TorchTensor {
    try torch.withoutGradients { try network.direction(of: embedding, .evaluation(fakeQuantization)) }
  }

  /// Returns the logits of each picture in evaluation mode.
  func logits(of pictures: TorchTensor) throws -> [ArraySlice<Float>] {
    try torch.withoutGradients {
      let pass = ForwardPass.evaluation(fakeQuantization)
      return try network.logits(of: network.embedding(of: pictures, pass), pass).elements().rows(of: network.classes)
    }
  }

  /// Returns the logits of each embedding of a frozen base in evaluation mode.
  func logits(ofEmbedding embedding: TorchTensor) throws -> [ArraySlice<Float>] {
    try torch.withoutGradients {
      try network.logits(of: embedding, .evaluation(fakeQuantization)).elements().rows(of: network.classes)
    }
  }

  /// The ranges of the activations, if fake quantisation has begun.
  var ranges: [String: ActivationRanges.Range]? { fakeQuantization?.ranges }

  /// All tensors of the network and the optimiser.
  var tensors: [TorchTensor] {
    network.weights.map(\.tensor) + optimizer.states.flatMap { [$0.velocity] + ($0.square.map { [$0] } ?? []) }
      + (averages?.tensors.map(\.tensor) ?? [])
  }

  /// Sets the ranges of fake quantisation, which has begun.
  func quantize(with ranges: [String: ActivationRanges.Range]) {
    guard let grid = settings.fakeQuantization?.grid else { return }
    fakeQuantization = FakeQuantization(grid: grid, ranges: ranges)
  }

  /// Begins fake quantisation with the ranges of a frozen base, which stay as they are.
  func quantizeBase(_ grid: WeightGrid, ranges: [String: ActivationRanges.Range]) {
    fakeQuantization = FakeQuantization(grid: grid, ranges: ranges)
  }

  /// Swaps the weights and their moving averages, if there are any; a second call swaps them back.
  func swapAverages() throws { try averages?.swap() }

  /// Sets the moving averages, if there are any, to the current weights.
  func restartAverages() throws { try averages?.restart() }

  private func step(embedding: TorchTensor, labels: [Int], at step: Int, _ pass: ForwardPass) throws -> StepResult {
    guard isLight else { return try update(embedding: embedding, labels: labels, at: step, pass) }
    return try torch.withOneThread { try update(embedding: embedding, labels: labels, at: step, pass) }
  }

  private func update(embedding: TorchTensor, labels: [Int], at step: Int, _ pass: ForwardPass) throws -> StepResult {
    let logits = try network.logits(of: embedding, pass)
    var loss = try logits.crossEntropy(torch.integers(labels), smoothing: settings.labelSmoothing)
    let rate = settings.rate.rate(
      step: step, stepsPerEpoch: stepsPerEpoch, epochs: settings.length(stepsPerEpoch: stepsPerEpoch))
    var number = try Double(loss.number())
    var correct = zip(try logits.elements().rows(of: network.classes), labels).count { $0.greatest == $1 }
    if let workers {
      (number, correct) = try workers.combined(
        loss: number, correct: correct, pictures: labels.count, batchSize: settings.batchSize)
      let weight = Float(labels.count * workers.count) / Float(settings.batchSize)
      // The mean over workers of their mean losses is the batch's only where all have as many pictures.
      if weight != 1 { loss = try loss.multiplied(by: torch.tensor([weight], shape: [1])).reshaped([]) }
    }
    // An infinite loss has no useful gradient.
    guard number.isFinite else { return StepResult(loss: number, correct: correct, rate: rate) }
    try optimizer.zeroGradients()
    try workers?.group.beginBackward()
    try loss.backward()
    try optimizer.step(rate: rate)
    try averages?.move(step: step)
    return StepResult(loss: number, correct: correct, rate: rate)
  }

  /// Returns the mode of the forward pass of a step.
  private func pass(at step: Int) -> ForwardPass {
    // Statistics change quickly at first, like weight averages, because their initial values are unrelated to the data.
    let momentum = max(settings.statisticsMomentum, 9 / Double(10 + step))
    // Each step has its own seed, so that repeating a step repeats its dropout.
    var random = SplitMix64(seed: settings.seed, for: .dropout, epoch: step)
    var pass = ForwardPass(
      statisticsMomentum: momentum, dropout: settings.head.dropout,
      dropoutSeed: random.next(), share: workers?.share(ofBatch: settings.batchSize))
    if let quantization = settings.fakeQuantization {
      let epoch = Double(step) / Double(stepsPerEpoch)
      if epoch >= quantization.delay {
        let fakeQuantization = self.fakeQuantization ?? FakeQuantization(grid: quantization.grid)
        self.fakeQuantization = fakeQuantization
        pass.fakeQuantization = fakeQuantization
        pass.updatesRanges = true
      }
      if epoch >= quantization.freeze { pass.statisticsMomentum = nil }
    }
    return pass
  }
}

extension [Float] {
  /// Returns the elements as rows of `count` elements.
  func rows(of count: Int) -> [ArraySlice<Float>] {
    stride(from: 0, to: self.count - self.count % Swift.max(1, count), by: Swift.max(1, count)).map {
      self[$0..<($0 + count)]
    }
  }
}

extension ArraySlice<Float> {
  /// The index of the greatest element; the first one among equal elements.
  var greatest: Int {
    var best = startIndex
    for place in indices where self[place] > self[best] { best = place }
    return best - startIndex
  }
}

extension TrainingSession {
  /// Returns the pictures of a batch as a tensor.
  func pictures(_ batch: Batch) throws -> TorchTensor {
    try batch.withUnsafeBytes {
      try torch.pictures(
        $0, count: batch.count, side: batch.side, mean: network.base.mean, deviation: network.base.deviation)
    }
  }

  /// Evaluates the network with its current weights; each worker classifies a part of the pictures.
  func evaluate(
    _ data: TrainingData, threads: Int, report: (_ done: Int, _ count: Int) -> Void = { _, _ in },
    isolation: isolated (any Actor)
  ) async throws -> NetworkEvaluation {
    let own = workers?.share(of: data.count) ?? 0..<data.count
    var outcomes: [NetworkEvaluation.Outcome] = []
    let part = own.count == data.count ? data : data.with(Array(data.examples[own]))
    let batches = try batches(evaluating: part, threads: threads)
    while let batch = try await batches.next() {
      for (scores, label) in zip(try logits(of: pictures(batch)), batch.labels) {
        outcomes.append(NetworkEvaluation.Outcome(scores, label: Int(label)))
      }
      report(outcomes.count, data.count)
    }
    if let workers { outcomes = try workers.combined(outcomes, at: own, of: data.count) }
    var evaluation = NetworkEvaluation(labels: data.labels)
    for (outcome, example) in zip(outcomes, data.examples) { evaluation.add(outcome, label: example.label) }
    return evaluation
  }

  /// Returns the embeddings `[count, D]` of the pictures of batches in evaluation mode.
  ///
  /// - Parameter report: Receives the number of pictures of each batch.
  func embeddings(
    of batches: Batches, count: Int, isolation: isolated (any Actor), report: (Int) -> Void
  ) async throws -> WeightTensor {
    var elements: [Float] = []
    elements.reserveCapacity(count * network.base.outputs)
    while let batch = try await batches.next() {
      elements += try embedding(of: pictures(batch)).elements()
      report(batch.count)
    }
    guard let tensor = WeightTensor(shape: [count, network.base.outputs], elements) else {
      throw TrainingError.badWeights("embeddings", because: "there are \(elements.count) elements")
    }
    return tensor
  }

  /// Returns batches for evaluation, with the batch size of training.
  func batches(evaluating data: TrainingData, threads: Int) throws -> Batches {
    try BatchLoader(
      evaluating: data, side: settings.side, batchSize: settings.batchSize, resize: .crop, threads: threads
    ).batches()
  }
}

extension TrainingSession {
  /// Measures the batch statistics of a base with folded normalisation on some of the pictures.
  func measureStatistics(of data: TrainingData, threads: Int, isolation: isolated (any Actor)) async throws {
    let size = min(Self.statisticsPictures, data.count)
    let batches = try BatchLoader(
      evaluating: data.evenlySpaced(size), side: settings.side, batchSize: max(1, size), resize: .crop, threads: threads
    ).batches()
    guard let batch = try await batches.next() else { return }
    try network.measureStatistics(on: pictures(batch))
  }

  /// Measures the ranges of the base's activations on some of the pictures.
  func measureRanges(
    of data: TrainingData, threads: Int, isolation: isolated (any Actor)
  ) async throws -> [String: ActivationRanges.Range] {
    let measurement = RangeMeasurement()
    let batches = try batches(
      evaluating: data.evenlySpaced(min(Self.rangePictures, data.count)), threads: threads)
    while let batch = try await batches.next() {
      try torch.withoutGradients {
        _ = try network.embedding(of: pictures(batch), ForwardPass(measurement: measurement))
      }
    }
    return try measurement.ranges()
  }

  private static let statisticsPictures = 128
  // As many as quantisation after training uses.
  private static let rangePictures = 200
}

extension TrainingData {
  /// Returns some of the examples, evenly spaced, so that all classes are represented.
  fileprivate func evenlySpaced(_ size: Int) -> TrainingData {
    with((0..<size).map { examples[$0 * count / size] })
  }
}
