// swift-tools-version: 6.2

import PackageDescription

// A separate package, so that packages that depend on Imprint build none of it. `scripts/fuzz` builds it: its program runs
// only with libFuzzer linked in.
let package = Package(
  name: "Fuzzing",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Imprint", path: "..")],
  targets: [
    .executableTarget(
      name: "fuzz",
      dependencies: [
        .product(name: "Heads", package: "Imprint"), .product(name: "Inference", package: "Imprint"),
        .product(name: "LiteRT", package: "Imprint"), .product(name: "ModelSurgery", package: "Imprint"),
        .product(name: "Pictures", package: "Imprint"), .product(name: "TFLite", package: "Imprint"),
        .product(name: "Training", package: "Imprint"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
