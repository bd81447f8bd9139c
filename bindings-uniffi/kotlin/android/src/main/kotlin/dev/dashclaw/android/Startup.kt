package dev.dashclaw.android

import android.content.ContentProvider
import android.content.ContentValues
import android.content.Context
import android.database.Cursor
import android.net.Uri

/**
 * Lends the core the application's context before any of the application's code runs: it checks certificates with the
 * system's own verifier. A process of the application that starts no content providers calls [prepare] itself.
 */
public class Startup : ContentProvider() {
    override fun onCreate(): Boolean {
        context?.let { initialize(it.applicationContext ?: it) }
        return true
    }

    /** Implemented in the native library. */
    private external fun initialize(context: Context)

    override fun query(
        uri: Uri,
        projection: Array<String>?,
        selection: String?,
        arguments: Array<String>?,
        order: String?,
    ): Cursor? = null

    override fun getType(uri: Uri): String? = null

    override fun insert(uri: Uri, values: ContentValues?): Uri? = null

    override fun delete(uri: Uri, selection: String?, arguments: Array<String>?): Int = 0

    override fun update(uri: Uri, values: ContentValues?, selection: String?, arguments: Array<String>?): Int = 0

    public companion object {
        init {
            System.loadLibrary("dashclaw_ffi")
        }

        /** Does what is done at the start of the main process. More than once does no harm. */
        public fun prepare(context: Context): Unit = Startup().initialize(context.applicationContext)
    }
}
