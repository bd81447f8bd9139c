package dev.dashclaw

import dev.dashclaw.ffi.NativeInstance
import java.nio.file.Path

/**
 * A governance server inside this process, without a port: its clients call it directly.
 *
 * @param path The database file, or a folder in which it is `dashclaw.db`. Without one everything is kept in memory and
 *   gone at the end.
 * @param policies A YAML file of policies, or `starter` for those that come with the package. At each start it replaces
 *   the policies that came from a file before.
 * @throws DashClawException Of kind `INSTANCE`: the database is locked or corrupt, or the policy file has a mistake. Of
 *   kind `CONFIGURATION`: the package is one for phones, which hold no server.
 */
public class Instance(path: Path? = null, policies: Path? = null) : AutoCloseable {
    internal val native: NativeInstance = native { NativeInstance.open(path?.toString(), policies?.toString()) }

    /**
     * A client of this instance.
     *
     * @param agentId Which agent acts.
     * @param role What it may do here.
     * @param options Other options of the client.
     */
    public fun client(
        agentId: String? = null,
        role: Role = Role.MEMBER,
        options: DashClawOptions = DashClawOptions(),
    ): DashClaw = DashClaw(agentId?.let { options.copy(agentId = it) } ?: options, this, role, null)

    /** Ends streams, writes what waits, frees the database. Later calls of its clients fail. */
    override fun close() {
        native.shutDown()
    }
}
