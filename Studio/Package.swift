// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "ImprintStudio",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "imprint-studio", targets: ["imprint-studio"])],
  traits: [
    .trait(name: "TLS", description: "HTTPS, which builds BoringSSL.")
  ],
  dependencies: [
    .package(name: "Imprint", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.20.0", traits: []),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.8.0"),
  ],
  targets: [
    .target(
      name: "Project",
      dependencies: [
        .product(name: "Pictures", package: "Imprint"),
        .product(name: "TFLite", package: "Imprint"),
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .target(
      name: "Learning",
      dependencies: [
        "Project",
        .product(name: "Heads", package: "Imprint"),
        .product(name: "Imprinting", package: "Imprint"),
        .product(name: "ModelSurgery", package: "Imprint"),
        .product(name: "Pictures", package: "Imprint"),
        .product(name: "Reports", package: "Imprint"),
        .product(name: "TFLite", package: "Imprint"),
      ]),
    // The files of the page, embedded in the executable.
    .target(name: "CPage", exclude: ["embed", "page"]),
    .target(
      name: "Server",
      dependencies: [
        "CPage", "Learning", "Project",
        .product(name: "Heads", package: "Imprint"),
        .product(name: "Imprinting", package: "Imprint"),
        .product(name: "ModelSurgery", package: "Imprint"),
        .product(name: "Pictures", package: "Imprint"),
        .product(name: "Reports", package: "Imprint"),
        .product(name: "TFLite", package: "Imprint"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird", condition: .when(traits: ["TLS"])),
      ]),
    .executableTarget(
      name: "imprint-studio",
      dependencies: [
        "Learning", "Project", "Server", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .testTarget(
      name: "StudioTests",
      dependencies: [
        "CPage", "Learning", "Project", "Server",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Imprinting", package: "Imprint"),
        .product(name: "ModelSurgery", package: "Imprint"),
        .product(name: "Pictures", package: "Imprint"),
        .product(name: "TFLite", package: "Imprint"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where [.executable, .regular, .test].contains(target.type) && target.name != "CPage" {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
}
