// swift-tools-version: 6.2

import PackageDescription

// A separate package, so that packages that depend on Imprint build none of it.
let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "Imprint", path: ".."),
    .package(url: "https://github.com/google/swift-benchmark", exact: "0.1.2"),
  ],
  targets: [
    .executableTarget(
      name: "teach-decoded",
      dependencies: [
        .product(name: "Imprinting", package: "Imprint"), .product(name: "Pictures", package: "Imprint"),
        .product(name: "LiteRT", package: "Imprint"),
      ]),
    .executableTarget(name: "read-pictures", dependencies: [.product(name: "Pictures", package: "Imprint")]),
    .executableTarget(
      name: "solve-heads",
      dependencies: [.product(name: "Imprinting", package: "Imprint"), .product(name: "TFLite", package: "Imprint")]),
    .executableTarget(
      name: "micro",
      dependencies: [
        .product(name: "Imprinting", package: "Imprint"), .product(name: "ModelSurgery", package: "Imprint"),
        .product(name: "Pictures", package: "Imprint"), .product(name: "TFLite", package: "Imprint"),
        .product(name: "Benchmark", package: "swift-benchmark"),
      ]),
    .executableTarget(
      name: "devices",
      dependencies: [
        .product(name: "Imprinting", package: "Imprint"), .product(name: "Pictures", package: "Imprint"),
        .product(name: "LiteRT", package: "Imprint"),
      ]),
    .executableTarget(
      name: "accuracy",
      dependencies: [
        .product(name: "Imprinting", package: "Imprint"), .product(name: "ModelSurgery", package: "Imprint"),
        .product(name: "Pictures", package: "Imprint"),
        .product(name: "TFLite", package: "Imprint"),
      ]),
    .executableTarget(
      name: "growth",
      dependencies: [
        .product(name: "Imprinting", package: "Imprint"), .product(name: "TFLite", package: "Imprint"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
