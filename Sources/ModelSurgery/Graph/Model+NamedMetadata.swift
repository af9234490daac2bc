import TFLite

extension Model {
  /// The contents of the metadata buffer of a name, or nil where there is none.
  public func metadata(named name: Text) -> Bytes? {
    guard let entry = metadata.first(where: { $0.name == name }), let index = Int(exactly: entry.buffer),
      buffers.indices.contains(index)
    else { return nil }
    return buffers[index].data
  }

  /// Sets the contents of the metadata buffer of a name, or removes the entry.
  ///
  /// An entry that is there keeps its place, so that writing the same contents by another way gives the same file.
  public mutating func setMetadata(named name: Text, to contents: Bytes?) {
    let place = metadata.firstIndex { $0.name == name }
    switch (place, contents) {
    case (let place?, let contents?):
      let old = metadata[place].buffer
      let tensorsUseIt = subgraphs.contains { $0.tensors.contains { $0.buffer == old } }
      let isShared = tensorsUseIt || metadata.count { $0.buffer == old } > 1
      if !isShared, let index = Int(exactly: old), buffers.indices.contains(index) {
        buffers[index] = Buffer(contents)
      } else {
        metadata[place].buffer = appendBuffer(contents)
      }
    case (let place?, nil):
      let old = metadata.remove(at: place).buffer
      // Only the last buffer can go without numbering the others anew; another one is emptied.
      let isUsed =
        subgraphs.contains { $0.tensors.contains { $0.buffer == old } } || metadata.contains { $0.buffer == old }
      guard !isUsed, let index = Int(exactly: old), buffers.indices.contains(index), index > 0 else { return }
      if index == buffers.count - 1 { buffers.removeLast() } else { buffers[index] = Buffer() }
    case (nil, let contents?):
      metadata.append(Metadata(name: name, buffer: appendBuffer(contents)))
    case (nil, nil):
      break
    }
  }
}
