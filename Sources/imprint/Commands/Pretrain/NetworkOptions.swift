import ArgumentParser
import ModelSurgery
import Training

/// Which network is trained, and with what on it.
struct NetworkOptions: ParsableArguments {
  @Option(help: "The base: \(Architecture.known.map(\.name).joined(separator: ", ")).")
  var architecture = Architecture.mobileNetV1().name

  @Option(help: "The width and the height of the pictures. (default: the architecture's own)")
  var side: Int?

  @Option(
    help: """
      Add a linear layer of so many outputs before the normalisation, which lets embeddings go negative: for classes that \
      are to be imprinted beside the trained ones. As many as the base has are best.
      """)
  var projection: Int?

  @Option(help: "What the cosines are multiplied by, before it is trained.")
  var scale: Float = 10

  @Option(help: "The share of the embedding's elements that are dropped at random.")
  var dropout = 0.0

  /// The settings of the head.
  var head: HeadSettings { HeadSettings(projection: projection, scale: scale, dropout: dropout) }

  /// The base.
  ///
  /// - Throws: ``TrainingError/unknownArchitecture(_:known:)``.
  func base() throws -> Architecture {
    guard let found = Architecture(name: architecture) else {
      throw TrainingError.unknownArchitecture(architecture, known: Architecture.known.map(\.name))
    }
    return found.with(side: side.map { Int32(clamping: $0) } ?? found.side)
  }
}
