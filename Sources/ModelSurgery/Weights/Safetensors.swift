import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The safetensors layout: the length of a JSON header, the header, the data.
enum Safetensors {
  /// The tensors, in the order of their data.
  static func read(_ bytes: Bytes) throws(WeightsError) -> [(name: String, tensor: StoredTensor)] {
    var cursor = ByteCursor(bytes)
    guard let stated = cursor.next(UInt64.self), let length = Int(exactly: stated), length <= largestHeader,
      let text = cursor.take(length), let data = cursor.take(cursor.remaining)
    else {
      throw .damaged(
        place: "the header", because: "it is longer than the file, or than any header; the file was cut off")
    }
    let header: Header
    do {
      header = try JSONDecoder().decode(Header.self, from: Data(text))
    } catch {
      throw .damaged(place: "the header", because: "it is not the JSON of a safetensors file")
    }
    let entries = header.entries.sorted { ($0.value.start, $0.key) < ($1.value.start, $1.key) }
    var tensors: [(name: String, tensor: StoredTensor)] = []
    for (name, entry) in entries {
      guard let element = elements[entry.type] else {
        throw .badTensor(
          name, because: "its type is \(entry.type), where \(elements.keys.sorted().joined(separator: ", ")) are read")
      }
      guard entry.start >= 0, entry.start <= entry.end,
        let storage = data.slice(entry.start..<max(entry.start, entry.end)),
        let count = WeightTensor.elementCount(of: entry.shape),
        storage.count % element.byteCount == 0, storage.count / element.byteCount == count
      else {
        throw .badTensor(
          name,
          because: "its shape \(entry.shape) does not fit the bytes \(entry.start) to \(entry.end) of \(data.count)")
      }
      // The product of the shape fits, so those of its tails do too, unless a dimension is zero.
      let strides = count == 0 ? entry.shape.map { _ in 0 } : denseStrides(of: entry.shape)
      tensors.append(
        (name, StoredTensor(element: element, storage: storage, offset: 0, shape: entry.shape, strides: strides)))
    }
    return tensors
  }

  private static func denseStrides(of shape: [Int]) -> [Int] {
    var strides: [Int] = []
    var product = 1
    for dimension in shape.reversed() {
      strides.append(product)
      product *= dimension
    }
    return strides.reversed()
  }

  private static let elements: [String: WeightElement] = [
    "F32": .float32, "F16": .float16, "BF16": .bfloat16, "F64": .float64, "I64": .int64,
  ]

  // The limit that the format's own reader has.
  private static let largestHeader = 100_000_000
}

/// The header: an entry a tensor, and one with remarks.
private struct Header: Decodable {
  struct Entry: Decodable {
    let type: String
    let shape: [Int]
    let start, end: Int

    private enum CodingKeys: String, CodingKey {
      case type = "dtype"
      case shape
      case offsets = "data_offsets"
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      type = try values.decode(String.self, forKey: .type)
      shape = try values.decode([Int].self, forKey: .shape)
      let offsets = try values.decode([Int].self, forKey: .offsets)
      guard offsets.count == 2 else {
        throw DecodingError.dataCorruptedError(forKey: .offsets, in: values, debugDescription: "not two offsets")
      }
      (start, end) = (offsets[0], offsets[1])
    }
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  let entries: [String: Entry]

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Name.self)
    var entries: [String: Entry] = [:]
    for key in values.allKeys where key.stringValue != "__metadata__" {
      entries[key.stringValue] = try values.decode(Entry.self, forKey: key)
    }
    self.entries = entries
  }
}
