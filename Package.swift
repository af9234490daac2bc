// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "Imprint",
  platforms: [.macOS(.v15), .iOS(.v18)],
  products: [
    .library(name: "Imprinting", targets: ["Imprinting"]),
    .library(name: "ModelSurgery", targets: ["ModelSurgery"]),
    .library(name: "Pictures", targets: ["Pictures"]),
    .library(name: "LiteRT", targets: ["LiteRT"]),
    .library(name: "TFLite", targets: ["TFLite"]),
    .library(name: "Torch", targets: ["Torch"]),
    .library(name: "Training", targets: ["Training"]),
    .executable(name: "imprint", targets: ["imprint"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-crypto", "3.12.0"..<"5.0.0"),
  ],
  targets: [
    // Declarations of libraries that are opened at run time: nothing here is linked.
    .systemLibrary(name: "CLiteRT"),
    .systemLibrary(name: "CTurboJPEG"),
    .systemLibrary(name: "CBLAS"),
    .systemLibrary(name: "CTorch"),
    .target(name: "CVips"),
    .target(name: "CEdgeTPU"),
    .target(name: "Platform"),

    .target(name: "TFLite", dependencies: ["Platform"]),
    .target(name: "LiteRT", dependencies: ["CEdgeTPU", "CLiteRT", "Platform"], swiftSettings: settings),
    .target(name: "Pictures", dependencies: ["CTurboJPEG", "CVips", "Platform"], swiftSettings: settings),
    .target(name: "LinearAlgebra", dependencies: ["CBLAS", "Platform"], swiftSettings: settings),
    .target(name: "Torch", dependencies: ["CTorch", "Platform"], swiftSettings: settings),
    .target(name: "ModelSurgery", dependencies: ["Platform", "TFLite"]),
    .target(
      name: "Imprinting",
      dependencies: [
        "LinearAlgebra", "LiteRT", "ModelSurgery", "Pictures", "TFLite",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .target(name: "Training", dependencies: ["Imprinting", "ModelSurgery", "Pictures", "TFLite", "Torch"]),
    .executableTarget(
      name: "imprint",
      dependencies: [
        "Imprinting", "LiteRT", "ModelSurgery", "Pictures", "TFLite", "Torch", "Training",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .target(name: "TestMaterial", dependencies: ["TFLite"], path: "Tests/TestMaterial"),
    .testTarget(name: "PlatformTests", dependencies: ["Platform", "TestMaterial"]),
    .testTarget(name: "TFLiteTests", dependencies: ["TFLite", "TestMaterial"]),
    .testTarget(name: "LiteRTTests", dependencies: ["LiteRT", "TestMaterial"], swiftSettings: settings),
    .testTarget(name: "LinearAlgebraTests", dependencies: ["LinearAlgebra"], swiftSettings: settings),
    .testTarget(
      name: "PicturesTests", dependencies: ["Pictures", "Platform", "TestMaterial"], swiftSettings: settings),
    .testTarget(name: "TorchTests", dependencies: ["Torch"], swiftSettings: settings),
    .testTarget(name: "ModelSurgeryTests", dependencies: ["ModelSurgery", "TestMaterial"]),
    .testTarget(name: "ImprintingTests", dependencies: ["Imprinting", "LinearAlgebra", "LiteRT", "TestMaterial"]),
    .testTarget(
      name: "TrainingTests", dependencies: ["Imprinting", "ModelSurgery", "TestMaterial", "Torch", "Training"]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "imprint", "Platform", "TestMaterial", "Torch", .product(name: "Crypto", package: "swift-crypto"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
