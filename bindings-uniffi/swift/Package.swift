// swift-tools-version: 6.0
import PackageDescription

// The native library: on Linux a shared library that the linker must find (-Xlinker -L…), on Apple's systems a
// framework.
#if os(Linux)
let native = Target.systemLibrary(name: "CDashClaw")
#else
let native = Target.binaryTarget(name: "CDashClaw", path: "CDashClaw.xcframework")
#endif

let package = Package(
    name: "DashClaw",
    platforms: [.macOS(.v12), .iOS(.v15)],
    products: [.library(name: "DashClaw", targets: ["DashClaw"])],
    targets: [
        native,
        // Written by UniFFI, which does not know Swift 6's rules yet.
        .target(name: "DashClawNative", dependencies: ["CDashClaw"], swiftSettings: [.swiftLanguageMode(.v5)]),
        .target(name: "DashClaw", dependencies: ["DashClawNative"]),
        .testTarget(name: "DashClawTests", dependencies: ["DashClaw", "DashClawNative"]),
    ],
    swiftLanguageModes: [.v6]
)
