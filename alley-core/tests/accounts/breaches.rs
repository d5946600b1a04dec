//! New passwords that leaked elsewhere.

use std::sync::Arc;

use alley_core::password::{
    BreachCheck, BreachCheckFailed, OnBreachFailure, PasswordError, RangePrefix,
};
use alley_core::{
    Accounts, AccountsConfig, AuditOutcome, ChangePassword, Error, Problem, Registration,
    ResetPassword,
};
use bytes::Bytes;

use crate::world::{OTHER_PASSWORD, PASSWORD, World, email, no_limits, secret, token};

const ANN: &str = "ann@example.test";

/// The SHA-1 of [`OTHER_PASSWORD`], in two.
const LEAKED: (&str, &str) = ("02594", "FDFD306B295D205710DE734C433C4A7208E");

/// One password leaked.
#[derive(Debug)]
struct One;

#[async_trait::async_trait]
impl BreachCheck for One {
    async fn range(&self, prefix: &RangePrefix) -> Result<Bytes, BreachCheckFailed> {
        let (of_leaked, suffix) = LEAKED;
        let lines =
            if prefix.as_str() == of_leaked { format!("{suffix}:7") } else { String::new() };
        Ok(Bytes::from(lines))
    }
}

/// Nobody answers.
#[derive(Debug)]
struct Away;

#[async_trait::async_trait]
impl BreachCheck for Away {
    async fn range(&self, _: &RangePrefix) -> Result<Bytes, BreachCheckFailed> {
        Err(BreachCheckFailed::new())
    }
}

fn door(world: &World, check: impl BreachCheck, on_failure: OnBreachFailure) -> Accounts {
    let config = AccountsConfig::new("Alley", Arc::clone(&world.offload) as _)
        .with_limits(no_limits())
        .with_breach_check(Arc::new(check), on_failure);
    Accounts::new(&world.env, world.stores.clone(), config).unwrap()
}

#[tokio::test]
async fn pw_19_a_leaked_password_is_refused_wherever_one_is_chosen() {
    let world = World::new();
    let here = world.signed_in(ANN).await;
    let door = door(&world, One, OnBreachFailure::Allow);
    let (client, leaked) = (world.client(), secret(OTHER_PASSWORD));
    for address in [ANN, "bob@example.test"] {
        let registered = door.register(&email(address), &leaked, &client).await.unwrap();
        let refused = matches!(registered, Registration::PasswordRefused(PasswordError::Leaked));
        assert!(refused, "{registered:?}");
    }
    let current = secret(PASSWORD);
    let changed = door.change_password(&here.session, &current, &leaked, &client).await.unwrap();
    assert!(matches!(changed, ChangePassword::PasswordRefused(PasswordError::Leaked)));
    let open = token(door.request_reset(&email(ANN), &client).await.unwrap().into_mail().unwrap());
    let reset = door.reset_password(&open, &leaked, None).await.unwrap();
    assert!(matches!(reset, ResetPassword::PasswordRefused(PasswordError::Leaked)));
    let other = secret("a newt in knickerbockers");
    let reset = door.reset_password(&open, &other, None).await.unwrap();
    assert!(matches!(reset, ResetPassword::Done(_)), "the token is still open");
}

#[tokio::test]
async fn pw_19_while_nobody_answers_the_host_decides() {
    let world = World::new();
    let (client, password) = (world.client(), secret(PASSWORD));
    let strict = door(&world, Away, OnBreachFailure::Refuse);
    let error = strict.register(&email(ANN), &password, &client).await.unwrap_err();
    assert!(matches!(error, Error::BreachCheck));
    assert_eq!(Problem::from(&error).status, http::StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.store.hook().commits(), 0);
    let lenient = door(&world, Away, OnBreachFailure::default());
    let registered = lenient.register(&email(ANN), &password, &client).await.unwrap();
    assert!(matches!(registered, Registration::Accepted(_)));
    let trail = world.audit().await;
    let written = trail.iter().find(|entry| entry.action == "password.breach_check").unwrap();
    assert_eq!(written.outcome, AuditOutcome::Denied);
}
