/// The type of the bytes that a quantised model takes or gives.
public enum ByteType: String, Sendable, Hashable, CaseIterable {
  /// 0 … 255: pictures as they are.
  case uint8
  /// −128 … 127: what the layers themselves work with.
  case int8
}
