// The Android package: the sources of the JVM module, UniFFI's glue, one native library per ABI.
plugins {
    id("com.android.library") version "8.13.0"
    id("org.jetbrains.kotlin.android") version "2.4.10"
    id("org.jetbrains.kotlin.plugin.serialization") version "2.4.10"
    `maven-publish`
}

val built = layout.projectDirectory.dir("../../../target/kotlin")

/** The version of a crate, so that its Kotlin half fits. */
fun locked(crate: String): String =
    file("../../../Cargo.lock").readText().substringAfter("name = \"$crate\"\nversion = \"").substringBefore('"')

android {
    namespace = "dev.dashclaw.android"
    compileSdk = 36
    defaultConfig {
        minSdk = 26
        consumerProguardFiles("consumer-rules.pro")
        testInstrumentationRunner = "androidx.test.runner.AndroidJUnitRunner"
        // The smoke test of 32-bit ARM installs that ABI alone.
        providers.gradleProperty("onlyAbi").orNull?.let { ndk.abiFilters += it }
    }
    sourceSets["main"].apply {
        kotlin.srcDirs("../src/main/kotlin", built.dir("ffi"))
        jniLibs.srcDir(built.dir("jniLibs"))
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
    publishing.singleVariant("release") { withSourcesJar() }
}

kotlin.compilerOptions.jvmTarget = org.jetbrains.kotlin.gradle.dsl.JvmTarget.JVM_11
kotlin.compilerOptions.freeCompilerArgs.add("-jvm-default=no-compatibility")

dependencies {
    api("org.jetbrains.kotlinx:kotlinx-coroutines-core:1.11.0")
    api("org.jetbrains.kotlinx:kotlinx-serialization-json:1.12.0")
    implementation("net.java.dev.jna:jna:5.19.1@aar")
    implementation("org.rustls:rustls-platform-verifier:${locked("rustls-platform-verifier-android")}")
    androidTestImplementation("androidx.test:runner:1.7.0")
    androidTestImplementation("androidx.test.ext:junit:1.3.0")
    androidTestImplementation(kotlin("test-junit"))
}

publishing.publications.register<MavenPublication>("release") {
    groupId = "dev.dashclaw"
    artifactId = "dashclaw-android"
    version = providers.gradleProperty("releaseVersion").getOrElse("4.22.0")
    afterEvaluate { from(components["release"]) }
}
