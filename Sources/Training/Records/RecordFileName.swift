/// The name of a TFRecord file, such as `train-00000-of-00010`, `flowers_train_00000-of-00005.tfrecord` or
/// `test.tfrecord`.
struct RecordFileName {
  /// What the file is for; nil where no word of the name says.
  let split: RecordSplit?
  /// Of a numbered set of files: what stands before the number, the number, and how many files there are.
  let shard: (stem: String, number: Int, count: Int)?

  /// - Returns: nil where the name is not that of a TFRecord file.
  init?(_ name: String) {
    guard !name.hasPrefix(".") else { return nil }
    let stem: Substring
    if let match = name.wholeMatch(of: /(.*?)(\d+)-of-(\d+)(\.tfrec(ords?)?)?(\.gz)?/),
      // What TensorFlow's checkpoints are called.
      !match.1.hasSuffix(".data-"), let number = Int(match.2), let count = Int(match.3)
    {
      stem = match.1
      shard = (String(stem), number, count)
    } else if let match = name.wholeMatch(of: /(.+)\.tfrec(ords?)?(\.gz)?/) {
      stem = match.1
      shard = nil
    } else {
      return nil
    }
    split = stem.split { !$0.isLetter }.lazy.compactMap(RecordSplit.init(word:)).first
  }
}
