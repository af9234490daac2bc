/// The options of an operator: a kind, and the values of the fields that the kind has.
///
/// A field that is not stored has the schema's value for that case; whether it is stored is kept.
///
/// ```swift
/// var options = OperatorOptions(.softmax)
/// try options.set("beta", to: .real(1))
/// options.real("beta")   // 1.0
/// ```
public struct OperatorOptions: Sendable, Hashable {
  /// Which table of options it is.
  public let kind: OptionsKind
  /// Whether the file names the kind and stores no table of options at all; all fields then have the schema's values.
  public var isTableMissing = false
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// By the field's place in the schema; nil, or beyond the end, where it is not stored.
  var stored: [OptionValue?] = []

  /// Options of a kind, with no field stored.
  public init(_ kind: OptionsKind) { self.kind = kind }

  /// What a field holds, or the schema's value where it is not stored; nil for a string or vector that is not stored, and
  /// for a field that the kind does not have.
  public subscript(_ field: String) -> OptionValue? {
    guard let slot = slot(of: field) else { return nil }
    return value(at: slot)
  }

  /// Whether the file stores the field.
  public func stores(_ field: String) -> Bool {
    slot(of: field).map { stored.indices.contains($0) && stored[$0] != nil } ?? false
  }

  /// Stores a field's value, or removes it with nil.
  ///
  /// - Throws: ``TFLiteError/noSuchOption(kind:field:type:)`` where the kind has no such field or the value is not of its
  ///   type or range.
  public mutating func set(_ field: String, to value: OptionValue?) throws(TFLiteError) {
    guard let slot = slot(of: field) else {
      throw .noSuchOption(kind: "\(kind)", field: field, type: "any")
    }
    if let value, kind.fields[slot].objection(to: value) != nil {
      throw .noSuchOption(kind: "\(kind)", field: field, type: "that \(value) is of")
    }
    store(value, at: slot)
  }

  /// The integer of a field, or nil where the kind has no integer of that name.
  public func integer(_ field: String) -> Int64? {
    if case .integer(let value)? = self[field] { value } else { nil }
  }

  /// The floating-point number of a field, or nil where the kind has none of that name.
  public func real(_ field: String) -> Float? {
    if case .real(let value)? = self[field] { value } else { nil }
  }

  /// The truth value of a field, or nil where the kind has none of that name.
  public func flag(_ field: String) -> Bool? {
    if case .flag(let value)? = self[field] { value } else { nil }
  }

  /// The string of a field, or nil where it is not stored or the kind has none of that name.
  public func text(_ field: String) -> Text? {
    if case .text(let value)? = self[field] { value } else { nil }
  }

  /// The integers of a field, or nil where they are not stored or the kind has none of that name.
  public func integers(_ field: String) -> [Int64]? {
    if case .integers(let values)? = self[field] { values } else { nil }
  }

  /// The floating-point numbers of a field, or nil where they are not stored or the kind has none of that name.
  public func reals(_ field: String) -> [Float]? {
    if case .reals(let values)? = self[field] { values } else { nil }
  }

  /// The truth values of a field, or nil where they are not stored or the kind has none of that name.
  public func flags(_ field: String) -> [Bool]? {
    if case .flags(let values)? = self[field] { values } else { nil }
  }

  /// The bytes of a field, or nil where they are not stored or the kind has none of that name.
  public func bytes(_ field: String) -> Bytes? {
    if case .bytes(let value)? = self[field] { value } else { nil }
  }

  func slot(of field: String) -> Int? { kind.fields.firstIndex { $0.name == field } }

  func value(at slot: Int) -> OptionValue? {
    if stored.indices.contains(slot), let value = stored[slot] { return value }
    return kind.fields.indices.contains(slot) ? kind.fields[slot].standardValue : nil
  }

  mutating func store(_ value: OptionValue?, at slot: Int) {
    while stored.count <= slot { stored.append(nil) }
    stored[slot] = value
    isTableMissing = false
    while let last = stored.last, last == nil { stored.removeLast() }
  }
}

extension OperatorOptions: CustomStringConvertible {
  /// The kind and all its fields, such as `SoftmaxOptions(beta: 1.0)`; enumerations by name.
  public var description: String {
    let fields = kind.fields.enumerated().compactMap { slot, field in
      value(at: slot).map { value in
        if case .integer(let number) = value, let index = Int(exactly: number), field.valueNames.indices.contains(index)
        {
          "\(field.name): \(field.valueNames[index])"
        } else {
          "\(field.name): \(value)"
        }
      }
    }
    return kind.isKnown ? "\(kind)(\(fields.joined(separator: ", ")))" : "\(kind)"
  }
}
