import Heads
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Makes batches of pictures for a network, in a defined order, on several threads.
///
/// ```swift
/// let loader = try BatchLoader(training: data, side: 224, batchSize: 64, seed: 7)
/// for try await batch in loader.batches(epochs: 0..<90) { … }
/// ```
///
/// What the batches hold depends on the data, the settings and the seed alone, bit for bit, and not on how many threads
/// there are or where one begins.
public struct BatchLoader: Sendable {
  /// The pictures.
  public let data: TrainingData
  /// Pixels along a picture's side.
  public let side: Int
  /// How many pictures a batch has.
  public let batchSize: Int
  /// How many pictures are read at the same time.
  public let threads: Int

  private let use: Use
  private let reader: PictureReader

  private enum Use {
    case training(RandomAugmentation, seed: UInt64)
    /// All pictures in order, varied as epochs vary them.
    case variation(RandomAugmentation, seed: UInt64)
    case evaluation
  }

  /// Batches to train on: in each epoch all pictures in another order, varied at random. What is left at an epoch's end
  /// and is no whole batch is dropped.
  ///
  /// - Parameters:
  ///   - data: The pictures, at least as many as a batch has.
  ///   - augmentation: How pictures are varied.
  ///   - side: Pixels along a picture's side.
  ///   - batchSize: How many pictures a batch has.
  ///   - seed: Decides on the order and on all variations.
  ///   - resize: How pictures are brought to the size where no random part is shown.
  ///   - threads: How many pictures are read at the same time; by default one a core.
  /// - Throws: ``BatchLoaderError``, ``RandomAugmentationError``, or ``PictureError`` for an impossible size.
  public init(
    training data: TrainingData, augmentation: RandomAugmentation = RandomAugmentation(), side: Int, batchSize: Int,
    seed: UInt64 = 0, resize: Resize = .crop(fraction: 0.875), threads: Int? = nil
  ) throws {
    try augmentation.check()
    try self.init(
      data, side: side, batchSize: batchSize, resize: resize, threads: threads,
      use: .training(augmentation, seed: seed))
    guard data.count >= batchSize else {
      throw BatchLoaderError.tooFewExamples(data.count, batchSize: batchSize)
    }
  }

  /// Batches to evaluate on: all pictures in the order of the data, as they are. The last batch may be smaller.
  ///
  /// - Parameters:
  ///   - data: The pictures.
  ///   - side: Pixels along a picture's side.
  ///   - batchSize: How many pictures a batch has.
  ///   - resize: How pictures are brought to the size.
  ///   - threads: How many pictures are read at the same time; by default one a core.
  /// - Throws: ``BatchLoaderError``, or ``PictureError`` for an impossible size.
  public init(
    evaluating data: TrainingData, side: Int, batchSize: Int, resize: Resize = .crop(fraction: 0.875),
    threads: Int? = nil
  ) throws {
    try self.init(data, side: side, batchSize: batchSize, resize: resize, threads: threads, use: .evaluation)
  }

  /// Batches of all pictures in the order of the data, varied at random: in each epoch otherwise. The last batch of an epoch
  /// may be smaller.
  ///
  /// - Parameters:
  ///   - data: The pictures.
  ///   - augmentation: How pictures are varied.
  ///   - side: Pixels along a picture's side.
  ///   - batchSize: How many pictures a batch has.
  ///   - seed: Decides on all variations.
  ///   - resize: How pictures are brought to the size where no random part is shown.
  ///   - threads: How many pictures are read at the same time; by default one a core.
  /// - Throws: ``BatchLoaderError``, ``RandomAugmentationError``, or ``PictureError`` for an impossible size.
  public init(
    varying data: TrainingData, augmentation: RandomAugmentation, side: Int, batchSize: Int, seed: UInt64 = 0,
    resize: Resize = .crop(fraction: 0.875), threads: Int? = nil
  ) throws {
    try augmentation.check()
    try self.init(
      data, side: side, batchSize: batchSize, resize: resize, threads: threads,
      use: .variation(augmentation, seed: seed))
  }

  private init(
    _ data: TrainingData, side: Int, batchSize: Int, resize: Resize, threads: Int?, use: Use
  ) throws {
    let threads = threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
    guard (1...Self.mostThreads).contains(threads) else {
      throw BatchLoaderError.badThreads(threads, limit: Self.mostThreads)
    }
    guard (1...Self.largestBatch).contains(batchSize) else {
      throw BatchLoaderError.badBatchSize(batchSize, limit: Self.largestBatch)
    }
    guard data.count <= Int32.max else { throw BatchLoaderError.tooManyExamples(data.count) }
    reader = try PictureReader(width: side, height: side, resize: resize)
    self.data = data
    self.side = side
    self.batchSize = batchSize
    self.threads = threads
    self.use = use
  }

  private static let mostThreads = 1024
  private static let largestBatch = 1 << 16

  /// How many batches an epoch has.
  public var batchesPerEpoch: Int {
    switch use {
    case .training: data.count / batchSize
    case .variation, .evaluation: (data.count + batchSize - 1) / batchSize
    }
  }

  /// The places of the examples in the order of an epoch: shuffled in training, ascending otherwise. Batch b has
  /// those from b · ``batchSize`` on.
  public func order(epoch: Int) -> [Int32] {
    let places = Array(0..<Int32(data.count))
    switch use {
    case .training(_, let seed):
      var generator = SplitMix64(seed: seed, for: .order, epoch: epoch)
      return places.shuffled(using: &generator)
    case .variation, .evaluation:
      return places
    }
  }

  /// The batches of some epochs, one epoch after the other without a break.
  ///
  /// Reading begins at once, on threads of its own, and goes on ahead of whoever takes the batches.
  ///
  /// - Parameters:
  ///   - epochs: The epochs.
  ///   - first: The number of the first batch in the first epoch, as where a run goes on that was stopped.
  ///   - ahead: How many batches, at least one, are made ready or being made beyond those that were taken. Memory for
  ///     so many is held.
  public func batches(epochs: Range<Int> = 0..<1, from first: Int = 0, ahead: Int = 3) -> Batches {
    Batches(BatchQueue(self, epochs: epochs, from: first, ahead: ahead))
  }

  /// The bytes of a picture.
  var pictureBytes: Int { reader.byteCount }

  /// Writes an example's picture, as an epoch shows it.
  ///
  /// - Throws: ``PictureError``, naming the picture.
  func read(
    _ index: Int32, epoch: Int, into pixels: UnsafeMutableRawBufferPointer
  ) throws(PictureError) {
    let index = Int(index)
    let example = data.examples[index]
    switch use {
    case .training(let augmentation, let seed), .variation(let augmentation, let seed):
      let draw = augmentation.draw(seed: seed, epoch: epoch, example: index)
      try data.read(example, with: reader, into: pixels, region: draw.region)
      draw.finish(pixels, width: side)
    case .evaluation:
      try data.read(example, with: reader, into: pixels)
    }
  }
}
