// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "Governance",
    platforms: [.macOS(.v12)],
    products: [
        .executable(name: "operator", targets: ["Operator"]),
        .executable(name: "governed-deploy", targets: ["GovernedDeploy"]),
    ],
    dependencies: [.package(path: "../../../bindings-uniffi/swift")],
    targets: [
        .executableTarget(name: "Operator", dependencies: [.product(name: "DashClaw", package: "swift")]),
        .executableTarget(name: "GovernedDeploy", dependencies: [.product(name: "DashClaw", package: "swift")]),
    ],
    swiftLanguageModes: [.v6]
)
