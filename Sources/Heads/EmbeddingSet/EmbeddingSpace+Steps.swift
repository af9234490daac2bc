extension EmbeddingSpace {
  /// Returns the elements of a picture's embedding in steps, as ``LinearHead`` takes them: for several views their mean.
  ///
  /// - Throws: ``EmbeddingSetError/wrongSize(bytes:expected:)``.
  public func steps(of picture: EmbeddedPicture) throws(EmbeddingSetError) -> [Float] {
    let expected = byteCount * augmentation.count
    guard picture.embeddings.count == expected else {
      throw .wrongSize(bytes: picture.embeddings.count, expected: expected)
    }
    var sum = Array(repeating: 0.0, count: dimension)
    FeatureWriter(self).addSteps(picture.embeddings, to: &sum, factor: 1 / Double(augmentation.count))
    return sum.map { Float($0) }
  }
}
