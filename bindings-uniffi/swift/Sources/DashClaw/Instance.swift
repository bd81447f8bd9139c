import DashClawNative

/// A governance server inside this process, without a port. Its clients call it directly.
public final class Instance: Sendable {
    let native: NativeInstance

    /// What a client may do in an instance.
    public enum Role: String, Sendable {
        /// Everything.
        case admin
        /// Everything but administration and approvals.
        case member
        /// Reads.
        case readonly
    }

    /// Opens an instance. It blocks for some milliseconds.
    ///
    /// - Parameters:
    ///   - path: The database file, or a folder in which it is `dashclaw.db`. Without one everything is kept in memory
    ///     and gone at the end.
    ///   - policies: A YAML file of policies, or `starter` for those that come with the package. At each start it
    ///     replaces the policies that came from a file before.
    /// - Throws: A ``DashClawError`` of kind `instance`: the database is locked or corrupt, or the policy file has a
    ///   mistake. Of kind `configuration`: the library is one for phones, which hold no server.
    public init(path: String? = nil, policies: String? = nil) throws {
        native = try crossing { try NativeInstance.open(path: path, policies: policies) }
    }

    /// A client of this instance.
    public func client(
        agentId: String? = nil, role: Role = .member, options: ClientOptions = ClientOptions()
    ) throws -> DashClaw {
        var options = options
        options.agentId = agentId ?? options.agentId
        return try DashClaw(options, instance: self, role: role)
    }

    /// Ends streams, writes what waits, frees the database. Later calls of its clients fail.
    public func close() {
        native.shutDown()
    }
}
