import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("TensorFlow checkpoints")
struct TensorBundleTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("The checksums match published ones, for any length")
  func checksums() {
    #expect(CRC32C(of: Bytes(Array("123456789".utf8))).value == 0xE306_9283)
    #expect(CRC32C(of: Bytes(Array(repeating: 0, count: 32))).value == 0x8A91_36AA)
    #expect(CRC32C(of: Bytes(Array(repeating: 0xFF, count: 32))).value == 0x62A8_AB43)
    #expect(CRC32C(of: Bytes(Array(0..<32))).value == 0x46DD_794E)
    #expect(CRC32C().value == 0)
    var parts = CRC32C()
    for part in [Array("123".utf8), [], Array("456789".utf8)] { part.withUnsafeBytes { parts.update($0) } }
    #expect(parts.value == 0xE306_9283)
  }

  @Test("Reads TensorFlow's checkpoint of two shards, by its prefix and by each of its files")
  func written() throws {
    let prefix = try SmallCheckpoint.write(to: folder.url)
    for ending in ["", ".index", ".data-00000-of-00002", ".data-00001-of-00002"] {
      let weights = try NamedWeights(contentsOf: URL(filePath: prefix.path + ending))
      #expect(
        weights.names == [
          "MobilenetV1/Conv2d_0/BatchNorm/beta", "MobilenetV1/Conv2d_0/BatchNorm/gamma",
          "MobilenetV1/Conv2d_0/BatchNorm/moving_mean", "MobilenetV1/Conv2d_0/BatchNorm/moving_variance",
          "MobilenetV1/Conv2d_0/weights", "global_step", "kinds/brain", "kinds/double", "kinds/empty", "kinds/half",
        ])
      let kernel = try #require(weights["MobilenetV1/Conv2d_0/weights"])
      #expect(kernel.shape == [3, 3, 3, 2])
      let values: [Float] = (0..<54).map { (index: Int) -> Float in Float(index) / 8 - 2 }
      #expect(kernel.elements == values)
      #expect(weights["MobilenetV1/Conv2d_0/BatchNorm/moving_mean"]?.elements == [5, 6])
      #expect(weights["global_step"]?.shape == [])
      #expect(weights["global_step"]?.elements == [1_234_567])
      #expect(weights["kinds/brain"]?.elements == [0.5, -3])
      #expect(weights["kinds/double"]?.elements == [0.25])
      #expect(weights["kinds/half"]?.shape == [1, 2])
      #expect(weights["kinds/half"]?.elements == [1.5, -2])
      #expect(weights["kinds/empty"]?.shape == [0, 3])
    }
  }

  private func refusal(_ read: @autoclosure () throws -> NamedWeights) -> String {
    let error = #expect(throws: WeightsError.self) { try read() }
    return error.map { "\($0)" } ?? ""
  }

  @Test("Missing files, files of another checkpoint, and an index alone are refused")
  func files() throws {
    let prefix = try SmallCheckpoint.write(to: folder.url)
    let shard = URL(filePath: prefix.path + ".data-00000-of-00002")
    let index = folder.appending("other")
    try FileManager.default.copyItem(at: URL(filePath: prefix.path + ".index"), to: index)
    #expect(refusal(try NamedWeights(contentsOf: index)).contains("index of a TensorFlow checkpoint without the data"))
    var data = try Data(contentsOf: shard)
    data[50] ^= 1
    try data.write(to: shard)
    #expect(refusal(try NamedWeights(contentsOf: prefix)).contains("its checksum is wrong"))
    try data.prefix(100).write(to: shard)
    #expect(refusal(try NamedWeights(contentsOf: prefix)).contains("go beyond the 100 bytes"))
    try FileManager.default.removeItem(at: shard)
    #expect(refusal(try NamedWeights(contentsOf: prefix)).contains("1000.data-00000-of-00002 cannot be read"))
    #expect(refusal(try NamedWeights(contentsOf: folder.appending("none"))).contains("none cannot be read"))
  }

  private func refusal(_ change: (inout BundleWriter) -> Void) -> String {
    var writer = BundleWriter()
    writer.add("b/kernel", [2, 1], [1, 2])
    change(&writer)
    let (index, data) = writer.files()
    return refusal(try NamedWeights(index: Bytes(index), shards: [Bytes(data)]))
  }

  @Test("Inconsistent entries are refused")
  func entries() throws {
    #expect(refusal { $0.entries[0].isSliced = true }.contains(#""b/kernel" cannot be read: it is stored in slices"#))
    #expect(refusal { $0.isBigEndian = true }.contains("big-endian"))
    #expect(refusal { $0.entries[0].shape = [3] }.contains("its shape [3] does not fit its 8 bytes"))
    #expect(refusal { $0.entries[0].shape = [-2, -1] }.contains(#"the entry of "b/kernel" is damaged"#))
    #expect(refusal { $0.entries[0].shape = [.max, .max, 2] }.contains("does not fit"))
    #expect(refusal { $0.entries[0].shard = 1 }.contains("it is in shard 1 of 1"))
    #expect(refusal { $0.entries[0].shard = -1 }.contains("shard -1 of 1"))
    #expect(refusal { $0.entries[0].offset = 4 }.contains("go beyond the 8 bytes"))
    #expect(refusal { $0.entries[0].offset = .max }.contains("go beyond the 8 bytes"))
    #expect(refusal { $0.entries[0].offset = -4 }.contains("is damaged"))
    #expect(refusal { $0.entries[0].size = .max }.contains("out of proportion"))
    #expect(refusal { $0.entries[0].size = 4 }.contains("does not fit its 4 bytes"))
    #expect(refusal { $0.entries[0].checksum = 0 }.contains("checksum"))
    #expect(refusal { $0.entries[0].kind = 7 }.contains("it holds no tensor"))
    for count in [0, -1, 100_000, .max] { #expect(refusal { $0.shardCount = count }.contains("the header")) }
    let again = refusal { writer in
      for number in 0..<4 {
        writer.entries.append(.init(name: "c\(number)", shape: [2], data: [], offset: 0, size: 8, checksum: 1))
        writer.entries[number + 1].checksum = CRC32C(of: Bytes(little([1, 2]))).masked
      }
    }
    #expect(again.contains("repeatedly"))
  }

  @Test("Inconsistent tables are refused")
  func tables() throws {
    let entries: [(key: String, value: [UInt8])] = [("", BundleWriter.field(1, 1)), ("a", [8, 7])]
    func refusal(_ index: [UInt8]) -> String { self.refusal(try NamedWeights(index: Bytes(index), shards: [])) }
    let packed = BundleWriter.table(entries, blockLength: 2, kind: 1)
    #expect(refusal(packed).contains("compressed"))
    let unsorted = BundleWriter.table(entries + [("a", [8, 7])], blockLength: 2)
    #expect(refusal(unsorted).contains("not in their order"))
    let long = BundleWriter.table(entries + [(String(repeating: "b", count: 5000), [])], blockLength: 2)
    #expect(refusal(long).contains("not valid table entries"))
    var changed = BundleWriter.table(entries, blockLength: 2)
    changed[3] ^= 1
    #expect(refusal(changed).contains("checksum"))
    #expect(refusal([]).contains("cut off"))
    #expect(refusal(BundleWriter.table([], blockLength: 1)).contains("the header"))
    #expect(refusal(BundleWriter.table([("a", [])], blockLength: 1)).contains("the header"))
    #expect(refusal(BundleWriter.table([("", [0xFF])], blockLength: 1)).contains("the header"))
    // The names share a stem of 4000 bytes. The file stores it once, but each name takes it in full in memory.
    let stem = String(repeating: "b", count: 4000)
    let swelling = (0..<100).map { ("\(stem)\(100 + $0)", [UInt8]()) }
    #expect(refusal(BundleWriter.table(entries + swelling, blockLength: 200)).contains("out of proportion"))
  }

  @Test("Reads many entries in many blocks")
  func blocks() throws {
    var writer = BundleWriter()
    for number in 0..<100 { writer.add("layer\(1000 + number)/kernel", [1], [Float(number)]) }
    let (index, data) = writer.files()
    let weights = try NamedWeights(index: Bytes(index), shards: [Bytes(data)])
    #expect(weights.names.count == 100)
    #expect((0..<100).allSatisfy { weights["layer\(1000 + $0)/kernel"]?.elements == [Float($0)] })
  }

  @Test("An index cut off anywhere, or with changed bytes, never causes a crash")
  func hostileIndex() throws {
    let whole = SmallCheckpoint.index
    let shards = SmallCheckpoint.shards.map { Bytes($0) }
    for length in 0..<whole.count {
      #expect(throws: WeightsError.self) { try NamedWeights(index: Bytes(Array(whole.prefix(length))), shards: shards) }
    }
    for place in whole.indices {
      for bit in 0..<8 {
        var changed = whole
        changed[place] ^= 1 << UInt8(bit)
        _ = try? NamedWeights(index: Bytes(changed), shards: shards)
      }
    }
    for seed in 0..<1000 {
      var generator = SeededGenerator(seed: seed)
      var changed = whole
      Mutation.mutate(&changed, using: &generator)
      _ = try? NamedWeights(index: Bytes(changed), shards: shards)
    }
  }

  @Test("Changed entries under valid checksums never cause a crash")
  func hostileEntries() throws {
    var writer = BundleWriter()
    writer.add("b/kernel", [2, 1], [1, 2])
    let data = Bytes(writer.files().data)
    let checksum: [UInt8] = [6 << 3 | 5] + little(CRC32C(of: data).masked)
    let shape = BundleWriter.field(2, BundleWriter.field(2, BundleWriter.field(1, 2)))
    let size: [UInt8] = BundleWriter.field(4, 0) + BundleWriter.field(5, 8)
    let entry: [UInt8] = BundleWriter.field(1, 1) + shape + size + checksum
    let header = BundleWriter.field(1, 1)
    for seed in 0..<3000 {
      var generator = SeededGenerator(seed: seed)
      var changed = header + entry
      Mutation.mutate(&changed, using: &generator)
      let values = [("", Array(changed.prefix(header.count))), ("b/kernel", Array(changed.dropFirst(header.count)))]
      let index = BundleWriter.table(values, blockLength: 2)
      do {
        let weights = try NamedWeights(index: Bytes(index), shards: [data])
        #expect(weights.names.allSatisfy { weights[$0]?.elements.count == weights[$0]?.count })
      } catch {
        #expect("\(error)".count > 20)
      }
    }
  }

  @Test("Changed blocks under valid checksums never cause a crash")
  func hostileBlocks() throws {
    let whole = BundleWriter.table([("", [8, 1]), ("aaa", [8, 7]), ("aab", [8, 7]), ("ab", [])], blockLength: 4)
    // The block of entries comes first, and its handle states its size.
    let length = whole.count - 48 - (8 + 5) - (3 + 2 + 2 + 8 + 5) - 5
    for seed in 0..<3000 {
      var generator = SeededGenerator(seed: seed)
      var block = Array(whole.prefix(length))
      Mutation.mutate(&block, using: &generator)
      let contents: [UInt8] = block + [0]
      let changed: [UInt8] = contents + little(CRC32C(of: Bytes(contents)).masked) + Array(whole.dropFirst(length + 5))
      #expect(throws: WeightsError.self) { try NamedWeights(index: Bytes(changed), shards: []) }
    }
  }
}
