/// A table of options of the schema: a member of one of its two unions of options.
public struct OptionsKind: Sendable, Hashable {
  /// One of the two unions; the second holds the kinds that no longer fitted the first.
  public enum Union: Sendable, Hashable {
    /// `BuiltinOptions`, in the operator's field `builtin_options`.
    case builtinOptions
    /// `BuiltinOptions2`, in the operator's field `builtin_options_2`.
    case builtinOptions2
  }

  /// The union that the kind belongs to.
  public let union: Union
  /// The number of the kind in its union, from 1.
  public let number: UInt8

  /// Creates the kind of a number, whether or not the schema names it.
  public init(union: Union, number: UInt8) {
    self.union = union
    self.number = number
  }

  /// Creates the kind of a name in the schema, such as `Conv2DOptions`, or returns nil.
  public init?(name: String) {
    for union in [Union.builtinOptions, .builtinOptions2] {
      if let index = OptionsSchema.tables(of: union).firstIndex(where: { $0.name == name }) {
        self.init(union: union, number: UInt8(clamping: index + 1))
        return
      }
    }
    return nil
  }

  /// All kinds of the known schema.
  public static var allKnown: [OptionsKind] {
    [Union.builtinOptions, .builtinOptions2].flatMap { union in
      OptionsSchema.tables(of: union).indices.map { OptionsKind(union: union, number: UInt8(clamping: $0 + 1)) }
    }
  }

  /// Whether the kind is in the known schema; a newer one can be shown but not written.
  public var isKnown: Bool { table != nil }

  /// The names of the kind's fields, in the schema's order; none for an unknown kind.
  public var fieldNames: [String] { fields.map(\.name) }

  var table: OptionsTable? {
    let tables = OptionsSchema.tables(of: union)
    let index = Int(number) - 1
    return tables.indices.contains(index) ? tables[index] : nil
  }

  var fields: [OptionField] { table?.fields ?? [] }
}

extension OptionsKind: CustomStringConvertible {
  /// The schema's name, such as `Conv2DOptions`, or the union and number of an unknown kind.
  public var description: String {
    if let table { return table.name }
    return switch union {
    case .builtinOptions: "BuiltinOptions(\(number))"
    case .builtinOptions2: "BuiltinOptions2(\(number))"
    }
  }
}

extension OptionsKind {
  /// `Conv2DOptions`.
  public static let conv2D = OptionsKind(union: .builtinOptions, number: 1)
  /// `DepthwiseConv2DOptions`.
  public static let depthwiseConv2D = OptionsKind(union: .builtinOptions, number: 2)
  /// `Pool2DOptions`.
  public static let pool2D = OptionsKind(union: .builtinOptions, number: 5)
  /// `FullyConnectedOptions`.
  public static let fullyConnected = OptionsKind(union: .builtinOptions, number: 8)
  /// `SoftmaxOptions`.
  public static let softmax = OptionsKind(union: .builtinOptions, number: 9)
  /// `ConcatenationOptions`.
  public static let concatenation = OptionsKind(union: .builtinOptions, number: 10)
  /// `AddOptions`.
  public static let add = OptionsKind(union: .builtinOptions, number: 11)
  /// `L2NormOptions`.
  public static let l2Norm = OptionsKind(union: .builtinOptions, number: 12)
  /// `ResizeBilinearOptions`.
  public static let resizeBilinear = OptionsKind(union: .builtinOptions, number: 15)
  /// `ReshapeOptions`.
  public static let reshape = OptionsKind(union: .builtinOptions, number: 17)
  /// `MulOptions`.
  public static let mul = OptionsKind(union: .builtinOptions, number: 21)
  /// `PadOptions`.
  public static let pad = OptionsKind(union: .builtinOptions, number: 22)
  /// `TransposeOptions`.
  public static let transpose = OptionsKind(union: .builtinOptions, number: 26)
  /// `ReducerOptions`.
  public static let reducer = OptionsKind(union: .builtinOptions, number: 27)
  /// `SubOptions`.
  public static let sub = OptionsKind(union: .builtinOptions, number: 28)
  /// `DivOptions`.
  public static let div = OptionsKind(union: .builtinOptions, number: 29)
  /// `SqueezeOptions`.
  public static let squeeze = OptionsKind(union: .builtinOptions, number: 30)
  /// `DequantizeOptions`.
  public static let dequantize = OptionsKind(union: .builtinOptions, number: 38)
  /// `QuantizeOptions`.
  public static let quantize = OptionsKind(union: .builtinOptions, number: 89)
  /// `HardSwishOptions`.
  public static let hardSwish = OptionsKind(union: .builtinOptions, number: 91)
}
