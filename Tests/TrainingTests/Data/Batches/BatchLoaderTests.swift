import Foundation
import Heads
import Pictures
import TestMaterial
import Testing

@testable import Training

@Suite("Batches")
struct BatchLoaderTests {
  private let folder: TemporaryFolder
  private let data: TrainingData

  /// Twenty-two pictures in two classes, each of another colour.
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

  private struct Taken: Hashable {
    let place: [Int]
    let labels: [Int32]
    let indices: [Int32]
    let pixels: [UInt8]
  }

  private func take(_ batches: Batches) async throws -> [Taken] {
    var taken: [Taken] = []
    for try await batch in batches {
      taken.append(
        Taken(
          place: [batch.epoch, batch.number], labels: batch.labels, indices: batch.indices, pixels: batch.pixels))
    }
    return taken
  }

  @Test("Evaluation takes all pictures in order, as the reader brings them, and keeps the last few")
  func evaluation() async throws {
    let loader = try BatchLoader(evaluating: data, side: 8, batchSize: 5)
    #expect(loader.batchesPerEpoch == 5)
    let taken = try await take(loader.batches())
    #expect(taken.map(\.indices.count) == [5, 5, 5, 5, 2])
    #expect(taken.flatMap(\.indices) == Array(0..<22))
    #expect(taken.flatMap(\.labels) == data.examples.map { Int32($0.label) })
    let reader = try PictureReader(width: 8, height: 8, resize: .crop(fraction: 0.875))
    let expected = try data.examples.flatMap { try reader.read(URL(filePath: data.name(of: $0))).pixels }
    #expect(taken.flatMap(\.pixels) == expected)
  }

  @Test("Training takes all pictures in another order in every epoch, and drops what is no whole batch")
  func training() async throws {
    let loader = try loader()
    #expect(loader.batchesPerEpoch == 5)
    let taken = try await take(loader.batches(epochs: 0..<2))
    #expect(taken.map(\.place) == (0..<2).flatMap { epoch in (0..<5).map { [epoch, $0] } })
    for epoch in 0..<2 {
      let order = loader.order(epoch: epoch)
      #expect(Set(order) == Set(0..<22))
      #expect(taken[epoch * 5..<epoch * 5 + 5].flatMap(\.indices) == Array(order.prefix(20)))
    }
    #expect(loader.order(epoch: 0) != loader.order(epoch: 1))
    #expect(try self.loader(seed: 2).order(epoch: 0) != loader.order(epoch: 0))
    for batch in taken { #expect(batch.labels == batch.indices.map { $0 < 9 ? 0 : 1 }) }
  }

  @Test("Batches are the same, bit for bit, on any number of threads and however far ahead they are made")
  func threads() async throws {
    let expected = try await take(loader(threads: 1).batches(epochs: 3..<5, ahead: 1))
    for (threads, ahead) in [(2, 1), (5, 2), (16, 30), (3, .max)] {
      #expect(try await take(loader(threads: threads).batches(epochs: 3..<5, ahead: ahead)) == expected)
    }
    #expect(try await take(loader(seed: 2).batches(epochs: 3..<5)) != expected)
  }

  @Test("A run that goes on takes the batches that it would have taken", arguments: [0, 3, 5, 7, 10, 99])
  func resumed(first: Int) async throws {
    let all = try await take(loader().batches(epochs: 1..<3))
    #expect(try await take(loader().batches(epochs: 1..<3, from: first)) == Array(all.dropFirst(first)))
  }

  @Test("Pictures are cropped, mirrored and recoloured as was drawn for them")
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

  @Test("Records give the batches that files give")
  func records() async throws {
    let records = try data.examples.flatMap { example in
      let picture = try Data(contentsOf: URL(filePath: data.name(of: example)))
      return RecordWriter.record(RecordWriter.example(Array(picture), label: Int64(example.label)))
    }
    let file = folder.appending("train.tfrecord")
    try Data(records).write(to: file)
    let recorded = try BatchLoader(
      training: try await TrainingData(records: file), side: 8, batchSize: 4, seed: 1)
    #expect(try await take(recorded.batches()) == take(loader().batches()))
  }

  @Test(
    "Photographs give the same batches on any number of threads")
  func photographs() async throws {
    let flowers = try TrainingData(folder: Material.flowers17).drawing(shots: 2, seed: 1).training
    let batches = try [1, 6].map { threads in
      try BatchLoader(training: flowers, side: 96, batchSize: 8, seed: 3, threads: threads).batches()
    }
    let taken = try await take(batches[0])
    #expect(taken.count == 4)
    #expect(try await take(batches[1]) == taken)
  }

  @Test("A picture that cannot be read is named when it is the turn of its batch, on any number of threads")
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

  @Test("So is a record's, by its number and file")
  func unreadableRecord() async throws {
    let file = folder.appending("train.tfrecord")
    try Data(RecordWriter.record(RecordWriter.example(Array("no picture".utf8), label: 0))).write(to: file)
    let batches = try BatchLoader(evaluating: try await TrainingData(records: file), side: 8, batchSize: 1).batches()
    await #expect(throws: PictureError.unknownFormat(picture: "record 0 of \(file.path)")) { try await batches.next() }
  }

  @Test("A cancelled task gets no more batches, and neither does anybody else")
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

  @Test("Batches that nobody takes any more are let go of while pictures are being read")
  func dropped() async throws {
    for _ in 0..<20 { _ = try await loader(threads: 4).batches(epochs: 0..<Int.max).next() }
    for _ in 0..<20 { _ = try loader(threads: 4).batches(epochs: 0..<Int.max) }
  }

  @Test("Several takers get each batch once")
  func takers() async throws {
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

  @Test("No pictures give no batch")
  func empty() async throws {
    let nothing = try data.split(testRatio: 0).heldBack
    let loader = try BatchLoader(evaluating: nothing, side: 8, batchSize: 5)
    #expect(loader.batchesPerEpoch == 0)
    #expect(try await loader.batches(epochs: 0..<9).next() == nil)
  }

  @Test("Settings that cannot be are refused")
  func bad() throws {
    #expect(throws: BatchLoaderError.tooFewExamples(22, batchSize: 23)) { try loader(batchSize: 23) }
    #expect(throws: BatchLoaderError.badBatchSize(0, limit: 65536)) { try loader(batchSize: 0) }
    #expect(throws: BatchLoaderError.badBatchSize(.max, limit: 65536)) { try loader(batchSize: .max) }
    #expect(throws: BatchLoaderError.badThreads(0, limit: 1024)) { try loader(threads: 0) }
    #expect(throws: RandomAugmentationError.self) { try loader(RandomAugmentation(crop: RandomCrop(tries: 0))) }
    #expect(throws: PictureError.self) { try BatchLoader(evaluating: data, side: 0, batchSize: 1) }
  }
}
