/// The functions and classes that plain weights need; there are no others.
enum PickleGlobal: Sendable, Hashable {
  case orderedDictionary
  case rebuildTensor
  case storage(WeightElement)

  /// The one of a module and a name.
  ///
  /// - Throws: ``WeightsError/refusedGlobal(_:)`` for every other.
  init(module: String, name: String) throws(WeightsError) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch", "FloatStorage"): self = .storage(.float32)
    case ("torch", "HalfStorage"): self = .storage(.float16)
    case ("torch", "BFloat16Storage"): self = .storage(.bfloat16)
    case ("torch", "DoubleStorage"): self = .storage(.float64)
    case ("torch", "LongStorage"): self = .storage(.int64)
    default: throw .refusedGlobal("\(module).\(name)")
    }
  }

  /// Its name, for errors.
  var name: String {
    switch self {
    case .orderedDictionary: "collections.OrderedDict"
    case .rebuildTensor: "torch._utils._rebuild_tensor_v2"
    case .storage: "a torch storage class"
    }
  }
}
