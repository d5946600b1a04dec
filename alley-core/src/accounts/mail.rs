//! Mail that the host must send.

use secrecy::SecretString;

use crate::email::Email;

/// A mail that the host must send: to whom, which, and the token that its link carries.
#[must_use = "the person hears of it only if the host sends the mail"]
#[derive(Debug)]
#[non_exhaustive]
pub struct Mail {
    /// The address that is stored with the account, never one that was typed in a form.
    pub to: Email,
    /// Which mail.
    pub kind: MailKind,
    /// For a link that starts with an address of the host's own configuration.
    pub token: Option<SecretString>,
}

impl Mail {
    pub(super) const fn new(to: Email, kind: MailKind) -> Self {
        Self { to, kind, token: None }
    }

    pub(super) fn with_token(mut self, token: SecretString) -> Self {
        self.token = Some(token);
        self
    }
}

/// Which mail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum MailKind {
    /// "Confirm your address": only whoever has just registered should follow the link.
    VerifyEmail,
    /// "Somebody, perhaps you, tried to register this address, which has an account."
    AddressTaken,
    /// "Choose a new password."
    ResetPassword,
    /// "Your password was changed."
    PasswordChanged,
    /// "An authenticator app was added."
    SecondFactorAdded,
    /// "An authenticator app was removed."
    SecondFactorRemoved {
        /// Recovery codes that were left, if one was given for it. With the last authenticator they are
        /// all gone.
        codes_left: Option<usize>,
    },
    /// "You have new recovery codes; the earlier ones are void."
    RecoveryCodesRenewed,
    /// "A recovery code was used": so many are left.
    RecoveryCodeUsed {
        /// Unused codes.
        left: usize,
        /// Fewer than three: the mail should ask the person to
        /// [get new ones](crate::Accounts::renew_recovery_codes).
        is_low: bool,
    },
    /// "Your account is closed."
    AccountClosed,
}

/// A mail, or none. The host shows the same page in both cases, so that nobody learns whether an
/// address has an account.
#[must_use = "the person hears of it only if the host sends the mail"]
#[derive(Debug)]
pub struct Mailing(Option<Mail>);

impl Mailing {
    pub(super) const fn of(mail: Mail) -> Self {
        Self(Some(mail))
    }

    pub(super) const NONE: Self = Self(None);

    /// The mail to send, if there is one.
    pub fn into_mail(self) -> Option<Mail> {
        self.0
    }
}
