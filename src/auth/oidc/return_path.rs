/// The longest way back.
const BYTES_MAX: usize = 200;

/// The first page.
const DEFAULT: &str = "/";

/// Where to go after signing in: a plain path of this server's pages, or the first page, for
/// whatever else was asked. Only what every browser reads in one way is a plain path.
pub fn return_path(asked: Option<&str>) -> &str {
    let plain = |path: &&str| {
        path.len() <= BYTES_MAX
            && path.starts_with('/')
            && !path.contains("//")
            && !path.contains("..")
            && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/?&=".contains(&byte))
            && !["/sign-", "/api/"].iter().any(|elsewhere| path.starts_with(elsewhere))
    };
    asked.filter(plain).unwrap_or(DEFAULT)
}
