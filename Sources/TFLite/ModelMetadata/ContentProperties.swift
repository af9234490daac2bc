/// A kind of thing that a tensor can hold.
public enum ContentProperties: Sendable, Hashable {
  /// Numbers.
  case feature
  /// A picture.
  case image(ImageProperties)
  /// Places in a picture.
  case boundingBox(BoundingBoxProperties)
  /// Sound.
  case audio(AudioProperties)
  /// The file names a kind by its number, with no properties.
  case empty(UInt8)
}
