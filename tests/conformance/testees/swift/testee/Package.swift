// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "Testee",
    platforms: [.macOS(.v12)],
    dependencies: [.package(path: "../../../../../bindings-uniffi/swift")],
    targets: [.executableTarget(name: "Testee", dependencies: [.product(name: "DashClaw", package: "swift")])],
    swiftLanguageModes: [.v6]
)
