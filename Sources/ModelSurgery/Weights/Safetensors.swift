import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The safetensors layout: the length of a JSON header, the header, the data.
enum Safetensors {
  /// The tensors, in the order of their data, and what is said beside them.
  static func read(
    _ bytes: Bytes
  ) throws(WeightsError) -> (tensors: [(name: String, tensor: StoredTensor)], metadata: [String: String]) {
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
    let entries = header.entries.sorted {
      ($0.value.start, $0.value.end, $0.key) < ($1.value.start, $1.value.end, $1.key)
    }
    var tensors: [(name: String, tensor: StoredTensor)] = []
    for (name, entry) in entries {
      guard let element = elements[entry.type] else {
        throw .badTensor(
          name, because: "its type is \(entry.type), where \(elements.keys.sorted().joined(separator: ", ")) are read")
      }
      guard entry.start >= 0, entry.start <= entry.end,
        let storage = data.slice(entry.start..<max(entry.start, entry.end)),
        let tensor = StoredTensor(element: element, dense: storage, shape: entry.shape)
      else {
        throw .badTensor(
          name,
          because: "its shape \(entry.shape) does not fit the bytes \(entry.start) to \(entry.end) of \(data.count)")
      }
      tensors.append((name, tensor))
    }
    return (tensors, header.metadata)
  }

  /// The entry of the header that is no tensor.
  static let metadataKey = "__metadata__"

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
  private(set) var metadata: [String: String] = [:]

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Name.self)
    var entries: [String: Entry] = [:]
    for key in values.allKeys {
      if key.stringValue == Safetensors.metadataKey {
        metadata = try values.decode([String: String].self, forKey: key)
      } else {
        entries[key.stringValue] = try values.decode(Entry.self, forKey: key)
      }
    }
    self.entries = entries
  }
}
