// Until renames/lastlayer.sed is applied to the other folders; then this file goes.
public typealias EmbeddingRoot = FeatureTransform

extension BaseClassifier {
  var root: FeatureTransform { transform }
}
