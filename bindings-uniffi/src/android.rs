//! Android: lending the system's certificate verifier what it needs of the virtual machine.

use jni::EnvUnowned;
use jni::errors::ThrowRuntimeExAndDefault;
use jni::jni_mangle;
use jni::objects::JObject;

/// `dev.dashclaw.android.Startup.initialize(context)`: called by the package before any connection is made.
///
/// Without it a connection over TLS cannot check whom it speaks to, and fails.
#[jni_mangle("dev.dashclaw.android.Startup")]
#[expect(unreachable_pub, reason = "the virtual machine reaches it")]
pub fn initialize<'caller>(mut env: EnvUnowned<'caller>, _this: JObject<'caller>, context: JObject<'caller>) {
    env.with_env(|env| rustls_platform_verifier::android::init_with_env(env, context))
        .resolve::<ThrowRuntimeExAndDefault>();
}
