/// Why an identity provider's answer is not believed: for the log, where it helps whoever runs the
/// server. Names what is wrong and never the token, the code or the person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderFault {
    /// The discovery document cannot be used.
    #[error("its discovery document is not usable: {0}")]
    Metadata(String),
    /// It is another provider's document.
    #[error(
        "its discovery document names the issuer `{told}`, and auth.providers_file has `{configured}`: \
         they must be the same to the letter; copy the document's into the file if it is right"
    )]
    OtherIssuer {
        /// What the document says.
        told: String,
        /// What the file says.
        configured: String,
    },
    /// The keys cannot be read.
    #[error("its keys are not usable: {0}")]
    Keys(String),
    /// No key of this name.
    #[error("a token names a key that the provider does not publish")]
    UnknownKey,
    /// A header that is not accepted.
    #[error("a token's header is not accepted: {0}")]
    Header(&'static str),
    /// The signature does not fit, or the token cannot be read.
    #[error("a token's signature or form is wrong")]
    Signature,
    /// A claim that is not accepted.
    #[error("a token's claim is not accepted: {0}")]
    Claim(&'static str),
    /// The sign-in was weaker than the file asks for.
    #[error("the sign-in was not as strong as auth.providers_file asks for: {0}")]
    TooWeak(&'static str),
}
