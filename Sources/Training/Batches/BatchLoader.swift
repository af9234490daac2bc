import Heads
public import Pictures
public import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Loads batches of pictures for a network on several threads, in a defined order.
///
/// ```swift
/// let loader = try BatchLoader(training: data, side: 224, batchSize: 64, seed: 7)
/// for try await batch in loader.batches(epochs: 0..<90) { … }
/// ```
///
/// Every bit of the batches depends only on the data, the settings and the seed, not on the number of threads or on the
/// position where a run resumes.
public struct BatchLoader: Sendable {
  /// The pictures.
  public let data: TrainingData
  /// The width and height of the pictures in pixels.
  public let side: Int
  /// The number of pictures in a batch.
  public let batchSize: Int
  /// The number of pictures that are read concurrently.
  public let threads: Int
  /// The part of each batch that is read.
  public let share: BatchShare

  private let use: Use
  private let reader: PictureReader

  private enum Use {
    case training(RandomAugmentation, seed: UInt64)
    /// All pictures in order, augmented differently in each epoch.
    case variation(RandomAugmentation, seed: UInt64)
    case evaluation
  }

  /// Creates a loader for training: each epoch shuffles and augments the pictures differently. An incomplete batch at the end of
  /// an epoch is dropped.
  ///
  /// - Parameters:
  ///   - data: The pictures, at least as many as one batch.
  ///   - augmentation: The random augmentation.
  ///   - side: The width and height of the pictures in pixels.
  ///   - batchSize: The number of pictures in a batch.
  ///   - seed: The seed of the order and the augmentation.
  ///   - resize: How pictures without a random crop are resized.
  ///   - threads: The number of pictures that are read concurrently; by default one per core.
  ///   - share: The part of each batch to read.
  /// - Throws: ``BatchLoaderError``, ``RandomAugmentationError``, or `PictureError` for an impossible size.
  public init(
    training data: TrainingData, augmentation: RandomAugmentation = RandomAugmentation(), side: Int, batchSize: Int,
    seed: UInt64 = 0, resize: Resize = .crop(fraction: 0.875), threads: Int? = nil, share: BatchShare = BatchShare()
  ) throws {
    try augmentation.check()
    try self.init(
      data, side: side, batchSize: batchSize, resize: resize, threads: threads,
      use: .training(augmentation, seed: seed), share: share)
    guard share.count <= batchSize else { throw BatchLoaderError.tooManyShares(share.count, batchSize: batchSize) }
    guard data.count >= batchSize else {
      throw BatchLoaderError.tooFewExamples(data.count, batchSize: batchSize)
    }
  }

  /// Creates a loader for evaluation: all pictures in the order of the data, unchanged. The last batch may be smaller.
  ///
  /// - Parameters:
  ///   - data: The pictures.
  ///   - side: The width and height of the pictures in pixels.
  ///   - batchSize: The number of pictures in a batch.
  ///   - resize: How pictures are resized.
  ///   - threads: The number of pictures that are read concurrently; by default one per core.
  /// - Throws: ``BatchLoaderError``, or `PictureError` for an impossible size.
  public init(
    evaluating data: TrainingData, side: Int, batchSize: Int, resize: Resize = .crop(fraction: 0.875),
    threads: Int? = nil
  ) throws {
    try self.init(data, side: side, batchSize: batchSize, resize: resize, threads: threads, use: .evaluation)
  }

  /// Creates a loader of augmented pictures in the order of the data: each epoch augments them differently. The last batch of an
  /// epoch may be smaller.
  ///
  /// - Parameters:
  ///   - data: The pictures.
  ///   - augmentation: The random augmentation.
  ///   - side: The width and height of the pictures in pixels.
  ///   - batchSize: The number of pictures in a batch.
  ///   - seed: The seed of the augmentation.
  ///   - resize: How pictures without a random crop are resized.
  ///   - threads: The number of pictures that are read concurrently; by default one per core.
  /// - Throws: ``BatchLoaderError``, ``RandomAugmentationError``, or `PictureError` for an impossible size.
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
    _ data: TrainingData, side: Int, batchSize: Int, resize: Resize, threads: Int?, use: Use,
    share: BatchShare = BatchShare()
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
    self.share = share
  }

  private static let mostThreads = 1024
  private static let largestBatch = 1 << 16

  /// The number of batches in an epoch.
  public var batchesPerEpoch: Int {
    switch use {
    case .training: data.count / batchSize
    case .variation, .evaluation: (data.count + batchSize - 1) / batchSize
    }
  }

  /// Returns the indices of the examples in the order of an epoch: shuffled in training, ascending otherwise. Batch b
  /// starts at b · ``batchSize``.
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

  /// Returns the batches of some epochs, one epoch after the other.
  ///
  /// Reading starts immediately, on separate threads, ahead of the consumer.
  ///
  /// - Parameters:
  ///   - epochs: The epochs.
  ///   - first: The number of the first batch in the first epoch, for a resumed run.
  ///   - ahead: The number of batches to prepare ahead, at least one; they stay in memory.
  public func batches(epochs: Range<Int> = 0..<1, from first: Int = 0, ahead: Int = 3) -> Batches {
    Batches(BatchQueue(self, epochs: epochs, from: first, ahead: ahead))
  }

  /// The size of a picture in bytes.
  var pictureBytes: Int { reader.byteCount }

  /// Reads an example's picture with the augmentation of an epoch.
  ///
  /// - Throws: `PictureError`, which names the picture.
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

/// Why batches cannot be loaded.
public struct BatchLoaderError: DescribedError {
  /// Distinguishes the errors.
  public enum Code: String, Sendable {
    case badBatchSize, tooFewExamples, tooManyExamples, badThreads, tooManyShares
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// The batch size is not in 1...`limit`.
  public static func badBatchSize(_ size: Int, limit: Int) -> Self {
    Self(
      code: .badBatchSize, message: "a batch cannot have \(size) pictures: the number must be 1 to \(limit)",
      remedy: nil)
  }

  /// There are fewer training examples than a batch needs.
  public static func tooFewExamples(_ count: Int, batchSize: Int) -> Self {
    Self(
      code: .tooFewExamples,
      message: "there are \(count) pictures to train on, fewer than the \(batchSize) of one batch",
      remedy: "use smaller batches")
  }

  /// A batch is spread over more workers than it has pictures.
  public static func tooManyShares(_ count: Int, batchSize: Int) -> Self {
    Self(
      code: .tooManyShares, message: "a batch of \(batchSize) pictures cannot be spread over \(count) workers",
      remedy: "use larger batches or fewer workers")
  }

  /// There are more examples than can be numbered.
  public static func tooManyExamples(_ count: Int) -> Self {
    Self(
      code: .tooManyExamples, message: "there are \(count) pictures, more than the limit of \(Int32.max)", remedy: nil)
  }

  /// The number of threads is not in 1...`limit`.
  public static func badThreads(_ threads: Int, limit: Int) -> Self {
    Self(
      code: .badThreads, message: "pictures cannot be read on \(threads) threads: the number must be 1 to \(limit)",
      remedy: nil)
  }
}
