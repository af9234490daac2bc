import Foundation
import Heads
import Pictures
import TestMaterial
import Testing

@testable import Training

@Suite("Batch loader")
struct BatchLoaderTests {
  private let folder: TemporaryFolder
  private let data: TrainingData

  /// Writes 22 pictures in two classes, each with other colours.
  init() throws {
    folder = try TemporaryFolder()
    for number in 0..<22 {
      let file = folder.appending("\(number < 9 ? "iris" : "rose")/\(100 + number).bmp")
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      let picture = BitmapPicture.bytes(width: 20 + number, height: 16) { x, y in [number * 10, x * 6, y * 15] }
      try Data(picture).write(to: file)
    }
    data = try TrainingData(folder: folder.url)
  }

  private func loader(
    _ augmentation: RandomAugmentation = RandomAugmentation(), batchSize: Int = 4, seed: UInt64 = 1, threads: Int? = nil
  ) throws -> BatchLoader {
    try BatchLoader(
      training: data, augmentation: augmentation, side: 8, batchSize: batchSize, seed: seed, threads: threads)
  }

  private struct Contents: Hashable {
    let place: [Int]
    let labels: [Int32]
    let indices: [Int32]
    let pixels: [UInt8]
  }

  private func collect(_ batches: Batches) async throws -> [Contents] {
    var contents: [Contents] = []
    for try await batch in batches {
      contents.append(
        Contents(
          place: [batch.epoch, batch.number], labels: batch.labels, indices: batch.indices, pixels: batch.pixels))
    }
    return contents
  }

  @Test("The parts of several workers are the batches of one, augmentation included", arguments: [2, 3, 5])
  func shares(count: Int) async throws {
    let whole = try await collect(loader(batchSize: 5).batches(epochs: 0..<2))
    var parts: [[Contents]] = []
    for rank in 0..<count {
      let loader = try BatchLoader(
        training: data, side: 8, batchSize: 5, seed: 1, threads: 2, share: BatchShare(rank, of: count))
      #expect(loader.batchesPerEpoch == 4)
      parts.append(try await collect(loader.batches(epochs: 0..<2)))
    }
    for (place, batch) in whole.enumerated() {
      let own = parts.map { $0[place] }
      #expect(own.allSatisfy { $0.place == batch.place && !$0.indices.isEmpty })
      #expect(own.flatMap(\.indices) == batch.indices)
      #expect(own.flatMap(\.labels) == batch.labels)
      #expect(own.flatMap(\.pixels) == batch.pixels)
    }
    let sizes = parts.map { $0[0].indices.count }
    #expect(sizes.max()! - sizes.min()! <= 1)
  }

  @Test("Refuses more workers than pictures in a batch")
  func tooManyShares() {
    #expect(throws: BatchLoaderError.tooManyShares(5, batchSize: 4)) {
      try BatchLoader(training: data, side: 8, batchSize: 4, share: BatchShare(0, of: 5))
    }
  }

  @Test("Evaluation reads all pictures in order, including the incomplete last batch")
  func evaluation() async throws {
    let loader = try BatchLoader(evaluating: data, side: 8, batchSize: 5)
    #expect(loader.batchesPerEpoch == 5)
    let contents = try await collect(loader.batches())
    #expect(contents.map(\.indices.count) == [5, 5, 5, 5, 2])
    #expect(contents.flatMap(\.indices) == Array(0..<22))
    #expect(contents.flatMap(\.labels) == data.examples.map { Int32($0.label) })
    let reader = try PictureReader(width: 8, height: 8, resize: .crop(fraction: 0.875))
    let expected = try data.examples.flatMap { try reader.read(URL(filePath: data.name(of: $0))).pixels }
    #expect(contents.flatMap(\.pixels) == expected)
  }

  @Test("Training shuffles the pictures in every epoch and drops the incomplete last batch")
  func training() async throws {
    let loader = try loader()
    #expect(loader.batchesPerEpoch == 5)
    let contents = try await collect(loader.batches(epochs: 0..<2))
    let places: [[Int]] = (0..<2).flatMap { epoch -> [[Int]] in (0..<5).map { [epoch, $0] } }
    #expect(contents.map(\.place) == places)
    for epoch in 0..<2 {
      let order = loader.order(epoch: epoch)
      #expect(Set(order) == Set(0..<22))
      #expect(contents[epoch * 5..<epoch * 5 + 5].flatMap(\.indices) == Array(order.prefix(20)))
    }
    #expect(loader.order(epoch: 0) != loader.order(epoch: 1))
    #expect(try self.loader(seed: 2).order(epoch: 0) != loader.order(epoch: 0))
    for batch in contents { #expect(batch.labels == batch.indices.map { $0 < 9 ? 0 : 1 }) }
  }

  @Test("Batches are identical for any number of threads and prefetched batches")
  func threads() async throws {
    let expected = try await collect(loader(threads: 1).batches(epochs: 3..<5, ahead: 1))
    for (threads, ahead) in [(2, 1), (5, 2), (16, 30), (3, .max)] {
      #expect(try await collect(loader(threads: threads).batches(epochs: 3..<5, ahead: ahead)) == expected)
    }
    #expect(try await collect(loader(seed: 2).batches(epochs: 3..<5)) != expected)
  }

  @Test("A resumed run gets the remaining batches", arguments: [0, 3, 5, 7, 10, 99])
  func resumed(first: Int) async throws {
    let all = try await collect(loader().batches(epochs: 1..<3))
    #expect(try await collect(loader().batches(epochs: 1..<3, from: first)) == Array(all.dropFirst(first)))
  }

  @Test("Crops, mirrors and recolours each picture by its draw")
  func augmented() async throws {
    let augmentation = RandomAugmentation()
    let loader = try loader(augmentation, seed: 6)
    let batch = try #require(try await loader.batches(epochs: 7..<8).next())
    let reader = try PictureReader(width: 8, height: 8, resize: .crop(fraction: 0.875))
    var expected: [UInt8] = []
    for index in batch.indices.map(Int.init) {
      let draw = augmentation.draw(seed: 6, epoch: 7, example: index)
      let file = URL(filePath: data.name(of: data.examples[index]))
      var pixels = try reader.read(file, region: draw.region).pixels
      pixels.withUnsafeMutableBytes { draw.finish($0, width: 8) }
      expected += pixels
    }
    #expect(batch.pixels == expected)
    #expect(batch.count == 4 && batch.side == 8)
    let plain = try #require(try await self.loader(.none, seed: 6).batches(epochs: 7..<8).next())
    #expect(plain.indices == batch.indices)
    #expect(plain.pixels != batch.pixels)
  }

  @Test("Records give the same batches as files")
  func records() async throws {
    let records = try data.examples.flatMap { example in
      let picture = try Data(contentsOf: URL(filePath: data.name(of: example)))
      return RecordWriter.record(RecordWriter.example(Array(picture), label: Int64(example.label)))
    }
    let file = folder.appending("train.tfrecord")
    try Data(records).write(to: file)
    let recorded = try BatchLoader(
      training: try await TrainingData(records: file), side: 8, batchSize: 4, seed: 1)
    #expect(try await collect(recorded.batches()) == collect(loader().batches()))
  }

  @Test(
    "Photographs give identical batches on any number of threads")
  func photographs() async throws {
    let flowers = try TrainingData(folder: Material.flowers17).drawing(shots: 2, seed: 1).training
    let batches = try [1, 6].map { threads in
      try BatchLoader(training: flowers, side: 96, batchSize: 8, seed: 3, threads: threads).batches()
    }
    let contents = try await collect(batches[0])
    #expect(contents.count == 4)
    #expect(try await collect(batches[1]) == contents)
  }

  @Test("Names an unreadable picture at its batch, on any number of threads")
  func unreadable() async throws {
    let bad = [17, 18].map { URL(filePath: data.name(of: data.examples[$0])) }
    for file in bad { try Data("no picture".utf8).write(to: file) }
    for threads in [1, 2, 7] {
      let batches = try BatchLoader(evaluating: data, side: 8, batchSize: 5, threads: threads).batches()
      for number in 0..<3 { #expect(try await batches.next()?.number == number) }
      for _ in 0..<2 {
        await #expect(throws: PictureError.unknownFormat(picture: bad[0].path)) { try await batches.next() }
      }
    }
  }

  @Test("Names an unreadable picture in a record by its number and file")
  func unreadableRecord() async throws {
    let file = folder.appending("train.tfrecord")
    try Data(RecordWriter.record(RecordWriter.example(Array("no picture".utf8), label: 0))).write(to: file)
    let batches = try BatchLoader(evaluating: try await TrainingData(records: file), side: 8, batchSize: 1).batches()
    await #expect(throws: PictureError.unknownFormat(picture: "record 0 of \(file.path)")) { try await batches.next() }
  }

  @Test("Cancelling a task ends the batches for all tasks")
  func cancelled() async throws {
    let batches = try loader().batches(epochs: 0..<1_000_000)
    let task = Task {
      var count = 0
      while try await batches.next() != nil { count += 1 }
      return count
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    await #expect(throws: CancellationError.self) { try await batches.next() }
  }

  @Test("Abandoned batches are released while pictures are being read")
  func dropped() async throws {
    for _ in 0..<20 { _ = try await loader(threads: 4).batches(epochs: 0..<Int.max).next() }
    for _ in 0..<20 { _ = try loader(threads: 4).batches(epochs: 0..<Int.max) }
  }

  @Test("Several consumers get each batch once")
  func consumers() async throws {
    let batches = try loader().batches(epochs: 0..<4)
    let places = try await withThrowingTaskGroup(of: [[Int]].self) { group in
      for _ in 0..<4 {
        group.addTask {
          var places: [[Int]] = []
          while let batch = try await batches.next() { places.append([batch.epoch, batch.number]) }
          return places
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(places.count == 20)
    #expect(Set(places).count == 20)
    #expect(batches.waited > .zero)
  }

  @Test("Empty data gives no batches")
  func empty() async throws {
    let noPictures = try data.split(testRatio: 0).heldBack
    let loader = try BatchLoader(evaluating: noPictures, side: 8, batchSize: 5)
    #expect(loader.batchesPerEpoch == 0)
    #expect(try await loader.batches(epochs: 0..<9).next() == nil)
  }

  @Test("Rejects invalid settings")
  func bad() throws {
    #expect(throws: BatchLoaderError.tooFewExamples(22, batchSize: 23)) { try loader(batchSize: 23) }
    #expect(throws: BatchLoaderError.badBatchSize(0, limit: 65536)) { try loader(batchSize: 0) }
    #expect(throws: BatchLoaderError.badBatchSize(.max, limit: 65536)) { try loader(batchSize: .max) }
    #expect(throws: BatchLoaderError.badThreads(0, limit: 1024)) { try loader(threads: 0) }
    #expect(throws: RandomAugmentationError.self) { try loader(RandomAugmentation(crop: RandomCrop(tries: 0))) }
    #expect(throws: PictureError.self) { try BatchLoader(evaluating: data, side: 0, batchSize: 1) }
  }
}
