public import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The safetensors layout: the length of a JSON header, the header, the data.
enum Safetensors {
  /// Returns the tensors in the order of their data, and the metadata.
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
          name, because: "its type \(entry.type) is not one of \(elements.keys.sorted().joined(separator: ", "))")
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

  /// The header's entry that is not a tensor.
  static let metadataKey = "__metadata__"

  private static let elements: [String: WeightElement] = [
    "F32": .float32, "F16": .float16, "BF16": .bfloat16, "F64": .float64, "I64": .int64,
  ]

  // The limit of the reference implementation.
  private static let largestHeader = 100_000_000
}

/// The header: one entry for each tensor, and one with metadata.
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

extension NamedWeights {
  /// Returns the weights as a safetensors file, in pieces to be written one after the other.
  ///
  /// ```swift
  /// try AtomicFile(url).write(weights.safetensors(metadata: ["epoch": "12"]))
  /// ```
  ///
  /// The tensors are 32-bit floats in the order of ``names``. The header's keys are sorted, so that equal weights give
  /// equal bytes. The data begins at a multiple of 8 bytes. No tensor is copied.
  ///
  /// - Parameter metadata: The file's metadata, which ``metadata`` holds after reading.
  /// - Throws: ``WeightsError/badTensor(_:because:)`` if a tensor has the name that the layout reserves for metadata.
  /// - Complexity: O(tensors).
  public func safetensors(metadata: [String: String]) throws(WeightsError) -> [Bytes] {
    guard self[Safetensors.metadataKey] == nil else {
      throw .badTensor(Safetensors.metadataKey, because: "the layout reserves this name")
    }
    let tensors = names.compactMap { name in self[name].map { (name: name, tensor: $0) } }
    return [Safetensors.header(of: tensors, metadata: metadata)] + tensors.map(\.tensor.data)
  }
}

extension Safetensors {
  /// Returns the header, preceded by its length and padded with spaces.
  fileprivate static func header(
    of tensors: [(name: String, tensor: WeightTensor)], metadata: [String: String]
  ) -> Bytes {
    var entries: [String: String] = [:]
    if !metadata.isEmpty { entries[metadataKey] = object(metadata.mapValues(quoted)) }
    var start = 0
    for (name, tensor) in tensors {
      let end = start + tensor.data.count
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries[name] = #"{"dtype":"F32","shape":[\#(shape)],"data_offsets":[\#(start),\#(end)]}"#
      start = end
    }
    var text = Array(object(entries).utf8)
    text += Array(repeating: UInt8(ascii: " "), count: -text.count & 7)
    return Bytes(withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text)
  }

  /// Returns a JSON object of values that are JSON already.
  private static func object(_ values: [String: String]) -> String {
    "{" + values.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\($0.value)" }.joined(separator: ",") + "}"
  }

  /// Returns a string as a JSON literal.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
