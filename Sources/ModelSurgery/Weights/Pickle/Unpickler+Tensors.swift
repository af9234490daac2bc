extension Unpickler {
  /// The storage of a persistent id: ('storage', class, key, device, number of elements).
  func storage(_ id: PickleValue) throws(WeightsError) -> PickleStorage {
    guard let parts = items(of: id), parts.count == 5 || parts.count == 6, case .text("storage") = parts[0],
      case .global(.storage(let element)) = parts[1], case .text(let key) = parts[2], case .text = parts[3],
      case .integer(let count) = parts[4], count >= 0
    else { throw damaged("it refers to something outside that is no tensor's data") }
    if parts.count == 6, case .none = parts[5] { return PickleStorage(element: element, key: key, count: count) }
    guard parts.count == 5 else { throw damaged("it refers to a part of a storage, as PyTorch before 0.4 did") }
    return PickleStorage(element: element, key: key, count: count)
  }

  /// The tensor of a call's arguments: storage, offset, shape, strides, and what does not matter here.
  func tensor(_ arguments: [PickleValue]) throws(WeightsError) -> PickleTensor {
    guard arguments.count == 6 || arguments.count == 7, case .storage(let storage) = arguments[0],
      case .integer(let offset) = arguments[1], let shape = sizes(arguments[2]), let strides = sizes(arguments[3])
    else { throw damaged("it makes a tensor of what are not a storage, an offset, a shape and strides") }
    return PickleTensor(storage: storage, offset: offset, shape: shape, strides: strides)
  }

  private func sizes(_ value: PickleValue) -> [Int]? {
    // Many tensors may name one long list: without the limit, each would have a copy of it.
    guard let items = items(of: value), items.count <= Self.mostDimensions else { return nil }
    var sizes: [Int] = []
    for case .integer(let size) in items { sizes.append(size) }
    return sizes.count == items.count ? sizes : nil
  }
}
