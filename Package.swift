// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "Imprint",
  platforms: [.macOS(.v15), .iOS(.v18)],
  products: [
    .library(name: "Imprinting", targets: ["Imprinting"]),
    .library(name: "Heads", targets: ["Heads"]),
    .library(name: "Inference", targets: ["Inference"]),
    .library(name: "Reports", targets: ["Reports"]),
    .library(name: "ModelSurgery", targets: ["ModelSurgery"]),
    .library(name: "Pictures", targets: ["Pictures"]),
    .library(name: "LiteRT", targets: ["LiteRT"]),
    .library(name: "TFLite", targets: ["TFLite"]),
    .library(name: "LinearAlgebra", targets: ["LinearAlgebra"]),
    .library(name: "Torch", targets: ["Torch"]),
    .library(name: "Training", targets: ["Training"]),
    // The C interface: `make wheel` links it as libimprint.so, with Swift's own libraries in it.
    .library(name: "ImprintC", type: .dynamic, targets: ["CInterface"]),
    .executable(name: "imprint", targets: ["imprint"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // Declarations of libraries that are opened at run time: nothing here is linked.
    .systemLibrary(name: "CLiteRT"),
    .systemLibrary(name: "CTurboJPEG"),
    .systemLibrary(name: "CBLAS"),
    .systemLibrary(name: "CHEIF"),
    .systemLibrary(name: "CTorch"),
    .target(name: "CVips"),
    .target(name: "CEdgeTPU"),
    .target(name: "CKernels"),
    .target(name: "CDigest"),
    .target(name: "Platform", dependencies: ["CDigest"]),

    .target(name: "TFLite", dependencies: ["Platform"]),
    .target(name: "LiteRT", dependencies: ["CEdgeTPU", "CKernels", "CLiteRT", "Platform"]),
    .target(name: "Pictures", dependencies: ["CHEIF", "CTurboJPEG", "CVips", "Platform"]),
    .target(name: "LinearAlgebra", dependencies: ["CBLAS", "Platform"]),
    .target(name: "Torch", dependencies: ["CTorch", "Platform"]),
    .target(name: "ModelSurgery", dependencies: ["Platform", "TFLite"]),
    .target(name: "Heads", dependencies: ["LinearAlgebra", "ModelSurgery", "Platform", "TFLite"]),
    .target(
      name: "Inference", dependencies: ["Heads", "LiteRT", "ModelSurgery", "Pictures", "Platform", "TFLite"]),
    .target(
      name: "Imprinting",
      dependencies: ["Heads", "Inference", "LiteRT", "ModelSurgery", "Pictures", "Platform", "TFLite"]),
    .target(name: "Reports", dependencies: ["Heads", "Pictures", "Platform", "TFLite"]),
    .target(
      name: "Training", dependencies: ["Heads", "ModelSurgery", "Pictures", "Platform", "TFLite", "Torch"]),
    .target(
      name: "Command",
      dependencies: [
        "Heads", "Imprinting", "Inference", "LiteRT", "ModelSurgery", "Pictures", "Platform", "Reports", "TFLite",
        "Torch",
        "Training",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(name: "CStandardFiles"),
    .executableTarget(name: "imprint", dependencies: ["CStandardFiles", "Command"]),

    .target(name: "CImprint"),
    .target(
      name: "CInterface",
      dependencies: [
        "CImprint", "Command", "Heads", "Imprinting", "Inference", "LiteRT", "ModelSurgery", "Pictures", "Platform",
        "TFLite",
      ]),

    // What several test targets share.
    .target(
      name: "TestMaterial", dependencies: ["ModelSurgery", "Pictures", "TFLite"], path: "Tests/TestMaterial"),
    .target(
      name: "TestHeads", dependencies: ["Heads", "LinearAlgebra", "ModelSurgery", "TFLite", "TestMaterial"],
      path: "Tests/TestHeads"),
    .testTarget(name: "PlatformTests", dependencies: ["CDigest", "Platform", "TestMaterial"]),
    .testTarget(name: "TFLiteTests", dependencies: ["Platform", "TFLite", "TestMaterial"]),
    .testTarget(name: "LiteRTTests", dependencies: ["LiteRT", "TFLite", "TestMaterial"]),
    .testTarget(name: "LinearAlgebraTests", dependencies: ["LinearAlgebra"]),
    .testTarget(name: "PicturesTests", dependencies: ["Pictures", "Platform", "TestMaterial"]),
    .testTarget(name: "TorchTests", dependencies: ["Torch"]),
    .testTarget(name: "ModelSurgeryTests", dependencies: ["ModelSurgery", "Platform", "TFLite", "TestMaterial"]),
    .testTarget(
      name: "HeadsTests",
      dependencies: ["Heads", "LinearAlgebra", "ModelSurgery", "Platform", "TFLite", "TestHeads", "TestMaterial"]),
    .testTarget(
      name: "InferenceTests",
      dependencies: [
        "Heads", "Inference", "LiteRT", "ModelSurgery", "Pictures", "Platform", "TFLite", "TestHeads", "TestMaterial",
      ]),
    .testTarget(
      name: "ImprintingTests",
      dependencies: [
        "Heads", "Imprinting", "Inference", "LinearAlgebra", "LiteRT", "ModelSurgery", "Pictures", "Platform", "TFLite",
        "TestMaterial",
      ]),
    .testTarget(name: "ReportsTests", dependencies: ["Heads", "Reports", "TestHeads", "TestMaterial"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Heads", "Imprinting", "Inference", "ModelSurgery", "Pictures", "Platform", "TFLite", "TestMaterial", "Torch",
        "Training",
      ]),
    // These compile C programs and link them to the product ImprintC.
    .testTarget(
      name: "CInterfaceTests",
      dependencies: [
        "CInterface", "Imprinting", "ModelSurgery", "Pictures", "Platform", "TFLite", "TestMaterial", "imprint",
      ]),
    .testTarget(
      name: "CommandTests",
      dependencies: ["ModelSurgery", "Platform", "TFLite", "TestMaterial", "Torch", "imprint"]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where [.executable, .regular, .test].contains(target.type) {
  var settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
  // The command and the tests only call the libraries: optimised they run no faster, and take three times as long to build.
  // Only the Makefile asks for it, so that other packages can depend on every product.
  if target.type != .regular || target.name == "Command", Context.environment["IMPRINT_QUICK_BUILD"] != nil {
    settings.append(.unsafeFlags(["-Onone"]))
  }
  target.swiftSettings = settings
}

// The documentation's plugin is fetched only where `make docs` asks for it.
if Context.environment["IMPRINT_DOCC"] != nil {
  package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"))
}
