import Heads
import ModelSurgery
import Torch

/// A network on its way: one step after the other. Everything happens on the thread that made it.
final class TrainingSession {
  /// What came of a step, before the weights moved.
  struct StepResult {
    let loss: Double
    /// How many pictures were named right.
    let correct: Int
    let rate: Double
  }

  let settings: TrainingSettings
  let network: Network
  let stepsPerEpoch: Int
  let torch: Torch
  private let optimizer: Optimizer
  private let averages: WeightAverages?
  private var rounding: Rounding?

  /// Whether rounding has begun.
  var isRounding: Bool { rounding != nil }

  /// A session that begins with weights.
  init(
    _ settings: TrainingSettings, base: Architecture, classes: Int, weights: NamedWeights, stepsPerEpoch: Int,
    torch: Torch
  ) throws {
    self.settings = settings
    self.torch = torch
    self.stepsPerEpoch = stepsPerEpoch
    network = try Network(base: base, head: settings.head, classes: classes, weights: weights, torch: torch)
    let trained = network.trained(isBaseFrozen: settings.isBaseFrozen)
    optimizer = try Optimizer(
      settings.optimizer, weights: trained, weightDecay: settings.weightDecay, torch: torch)
    averages = try settings.averageDecay.map { try WeightAverages(of: trained, decay: $0, torch: torch) }
  }

  /// Makes the session what a checkpoint was written of.
  func restore(_ checkpoint: Checkpoint) throws {
    for (name, state) in zip(optimizer.names, optimizer.states) {
      try restore(state.velocity, name, from: checkpoint.velocities)
      if let square = state.square { try restore(square, name, from: checkpoint.squares) }
    }
    for (name, average) in averages?.tensors ?? [] { try restore(average, name, from: checkpoint.averages) }
    restoreRanges(checkpoint)
  }

  /// Rounds as was rounded when a checkpoint was written, if it was.
  func restoreRanges(_ checkpoint: Checkpoint) {
    guard let grid = settings.rounding?.grid, !checkpoint.ranges.isEmpty else { return }
    rounding = Rounding(grid: grid, ranges: checkpoint.ranges)
  }

  private func restore(_ tensor: TorchTensor, _ name: String, from weights: NamedWeights?) throws {
    guard let kept = weights?[name], kept.shape == tensor.shape else {
      throw TrainingError.badWeights(name, because: "the checkpoint does not have what the optimiser keeps of it")
    }
    try tensor.assign(torch.tensor(kept))
  }

  /// The state, to be written.
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
      ranges: rounding?.ranges ?? [:])
  }

  /// A step with pictures `[N, 3, side, side]`.
  func step(pictures: TorchTensor, labels: [Int], at step: Int) throws -> StepResult {
    let pass = pass(at: step)
    let embedding: TorchTensor
    if settings.isBaseFrozen {
      embedding = try self.embedding(of: pictures)
    } else {
      embedding = try network.embedding(of: pictures, pass)
    }
    return try self.step(embedding: embedding, labels: labels, at: step, pass)
  }

  /// A step with embeddings `[N, D]` of a base that is frozen.
  func step(embedding: TorchTensor, labels: [Int], at step: Int) throws -> StepResult {
    try self.step(embedding: embedding, labels: labels, at: step, pass(at: step))
  }

  /// Whether the head alone is trained and is small, so that one thread is faster than several.
  private var isLight: Bool {
    settings.isBaseFrozen && torch.device == nil
      && settings.batchSize * network.classes * network.base.outputs < 1 << 24
  }

  /// The embeddings of pictures, as the network is used.
  func embedding(of pictures: TorchTensor) throws -> TorchTensor {
    try torch.withoutGradients { try network.embedding(of: pictures, .evaluation(rounding)) }
  }

  /// The directions of embeddings, as the network is used.
  func direction(ofEmbedding embedding: TorchTensor) throws -> TorchTensor {
    try torch.withoutGradients { try network.direction(of: embedding, .evaluation(rounding)) }
  }

  /// The logits of pictures, as the network is used: an array of one number a class for each.
  func logits(of pictures: TorchTensor) throws -> [ArraySlice<Float>] {
    try torch.withoutGradients {
      let pass = Pass.evaluation(rounding)
      return try network.logits(of: network.embedding(of: pictures, pass), pass).elements().rows(of: network.classes)
    }
  }

  /// The same of embeddings of a base that is frozen.
  func logits(ofEmbedding embedding: TorchTensor) throws -> [ArraySlice<Float>] {
    try torch.withoutGradients {
      try network.logits(of: embedding, .evaluation(nil)).elements().rows(of: network.classes)
    }
  }

  /// Puts the averages, where there are any, in place of the weights, to be evaluated; done again, all is as before.
  func exchangeAverages() throws { try averages?.exchange() }

  /// Makes the averages, where there are any, those of the weights as they are.
  func restartAverages() throws { try averages?.restart() }

  private func step(embedding: TorchTensor, labels: [Int], at step: Int, _ pass: Pass) throws -> StepResult {
    guard isLight else { return try descend(embedding: embedding, labels: labels, at: step, pass) }
    return try torch.withOneThread { try descend(embedding: embedding, labels: labels, at: step, pass) }
  }

  private func descend(embedding: TorchTensor, labels: [Int], at step: Int, _ pass: Pass) throws -> StepResult {
    let logits = try network.logits(of: embedding, pass)
    let loss = try logits.crossEntropy(torch.integers(labels), smoothing: settings.labelSmoothing)
    let rate = settings.rate.rate(step: step, stepsPerEpoch: stepsPerEpoch, epochs: Double(settings.epochs))
    let number = try Double(loss.number())
    let correct = zip(try logits.elements().rows(of: network.classes), labels).count { $0.greatest == $1 }
    // Nothing moves where the loss says nothing.
    guard number.isFinite else { return StepResult(loss: number, correct: correct, rate: rate) }
    try optimizer.clear()
    try loss.backward()
    try optimizer.step(rate: rate)
    try averages?.move(step: step)
    return StepResult(loss: number, correct: correct, rate: rate)
  }

  /// How the network is gone through at a step.
  private func pass(at step: Int) -> Pass {
    // Statistics follow quickly at first, as averages of weights do: they begin as those of nothing that is met here.
    let momentum = max(settings.statisticsMomentum, 9 / Double(10 + step))
    // Each step draws its own numbers, so that one that is done again draws the same.
    var random = SplitMix64(seed: settings.seed, for: .dropout, epoch: step)
    var pass = Pass(
      statisticsMomentum: momentum, dropout: settings.head.dropout,
      dropoutSeed: random.next())
    if let wanted = settings.rounding {
      let epoch = Double(step) / Double(stepsPerEpoch)
      if epoch >= wanted.delay {
        let rounding = self.rounding ?? Rounding(grid: wanted.grid)
        self.rounding = rounding
        pass.rounding = rounding
        pass.movesRanges = true
      }
      if epoch >= wanted.freeze { pass.statisticsMomentum = nil }
    }
    return pass
  }
}

extension [Float] {
  /// The elements in rows.
  func rows(of count: Int) -> [ArraySlice<Float>] {
    stride(from: 0, to: self.count - self.count % Swift.max(1, count), by: Swift.max(1, count)).map {
      self[$0..<($0 + count)]
    }
  }
}

extension ArraySlice<Float> {
  /// The place of the greatest element, the first of equals.
  var greatest: Int {
    var best = startIndex
    for place in indices where self[place] > self[best] { best = place }
    return best - startIndex
  }
}
