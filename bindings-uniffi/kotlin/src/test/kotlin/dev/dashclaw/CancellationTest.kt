package dev.dashclaw

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.jupiter.api.Test
import java.io.File
import java.io.IOException
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.net.SocketTimeoutException
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicReference
import kotlin.concurrent.thread
import kotlin.random.Random
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.microseconds
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource

class CancellationTest {
    /** A server that takes connections and says nothing. */
    private class SilentServer : AutoCloseable {
        private val server = ServerSocket(0, 50, InetAddress.getLoopbackAddress())
        private val taken = CopyOnWriteArrayList<Socket>()
        private val taking = thread(isDaemon = true) { runCatching { while (true) taken += server.accept() } }
        val url = "http://127.0.0.1:${server.localPort}"

        /** How many connections the other side has not closed. */
        fun connected(): Int {
            taken.filter(::hasEnded).forEach {
                it.close()
                taken -= it
            }
            return taken.size
        }

        private fun hasEnded(socket: Socket): Boolean {
            socket.soTimeout = 1
            return try {
                while (socket.getInputStream().read(ByteArray(4096)) >= 0) Unit
                true
            } catch (_: SocketTimeoutException) {
                false
            } catch (_: IOException) {
                true
            }
        }

        override fun close() {
            server.close()
            taking.join()
            taken.forEach { it.close() }
        }
    }

    private fun threads() = File("/proc/self/task").list().orEmpty().size

    private fun descriptors() = File("/proc/self/fd").list().orEmpty().size

    @Test
    fun `a cancelled call ends at once`() = SilentServer().use { server ->
        DashClaw(server.url, "oc_live_key", "agent-1").use { claw ->
            bounded {
                val end = AtomicReference<Throwable>()
                val job = launch(Dispatchers.Default) {
                    try {
                        claw.guard("monitor")
                    } catch (problem: Throwable) {
                        end.set(problem)
                        throw problem
                    }
                }
                delay(200.milliseconds)
                val start = TimeSource.Monotonic.markNow()
                job.cancelAndJoin()
                assertTrue(start.elapsedNow() < 100.milliseconds)
                assertIs<CancellationException>(end.get())
                assertNull(withTimeoutOrNull(50.milliseconds) { claw.waitForApproval("act_1") })
                assertNull(withTimeoutOrNull(50.milliseconds) { claw.events().collect {} })
                assertNull(withTimeoutOrNull(50.milliseconds) { claw.pendingApprovals().collect {} })
            }
        }
    }

    @Test
    fun `cancelling at random points leaves no thread and no descriptor`() = SilentServer().use { server ->
        val random = Random(7)
        DashClaw(server.url, "oc_live_key", "agent-1").use { claw ->
            val round = {
                bounded {
                    repeat(60) { number ->
                        val job = launch(Dispatchers.Default) {
                            when (number % 4) {
                                0 -> claw.guard("monitor")
                                1 -> claw.waitForApproval("act_1")
                                2 -> claw.events().collect {}
                                else -> claw.pendingApprovals().collect {}
                            }
                        }
                        delay(random.nextLong(0, 3000).microseconds)
                        job.cancelAndJoin()
                    }
                }
            }
            round()
            val before = settled(server)
            repeat(3) { round() }
            val after = settled(server)
            assertEquals(0, server.connected())
            assertTrue(after.first <= before.first + 2, "${before.first} threads became ${after.first}")
            assertTrue(after.second <= before.second + 2, "${before.second} descriptors became ${after.second}")
        }
    }

    /** Threads and descriptors when nothing changes any more. */
    private fun settled(server: SilentServer): Pair<Int, Int> {
        var last = threads() to descriptors()
        repeat(40) {
            Thread.sleep(200)
            val now = server.connected().let { threads() to descriptors() }
            if (now == last) return now
            last = now
        }
        return last
    }
}
