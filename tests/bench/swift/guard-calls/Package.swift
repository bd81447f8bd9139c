// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "GuardCalls",
    platforms: [.macOS(.v13)],
    dependencies: [.package(path: "../../../../bindings-uniffi/swift")],
    targets: [.executableTarget(name: "GuardCalls", dependencies: [.product(name: "DashClaw", package: "swift")])],
    swiftLanguageModes: [.v6]
)
