//! How the public macros turn a list of promises into tests.

/// Turns lists of promises into one test each. `one` are async functions of the suite's fixture;
/// `many` are functions of the harness; `reopening` are those of a harness whose data outlive the
/// store; `commit` adds the promises of [`commit`](crate::conformance::contract).
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($make:expr, $suite:tt, commit $($lists:tt)*) => {
        $crate::commit_promises! { @tests $make, $suite }
        $crate::conformance_tests! { $make, $suite, $($lists)* }
    };
    (
        $make:expr, $suite:tt,
        one: [$($one:ident),* $(,)?]
        many: [$($many:ident),* $(,)?]
        reopening: [$($reopening:ident),* $(,)?]
    ) => {
        $($crate::conformance_tests! { @one $make, $suite, $suite, $one })*
        $($crate::conformance_tests! { @many $make, run, $suite, $many })*
        $($crate::conformance_tests! { @many $make, run_reopening, $suite, $reopening })*
    };
    (@one $make:expr, [$($suite:tt)*], [$($of:tt)*], $name:ident) => {
        #[test]
        fn $name() -> ::core::result::Result<(), $crate::conformance::Violation> {
            let name = concat!(module_path!(), "::", stringify!($name));
            $crate::conformance::run(name, $make, |harness| {
                let fixture = $($suite)*::fixture(harness);
                $crate::conformance::Harness::block_on(harness, $($of)*::$name(&fixture))
            })
        }
    };
    (@many $make:expr, $run:ident, [$($suite:tt)*], $name:ident) => {
        #[test]
        fn $name() -> ::core::result::Result<(), $crate::conformance::Violation> {
            let name = concat!(module_path!(), "::", stringify!($name));
            $crate::conformance::$run(name, $make, |harness| $($suite)*::$name(harness))
        }
    };
}

/// Turns the same lists into the body of a function that checks all of them on harnesses that `make`
/// gives.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_suite {
    ($make:expr, $suite:tt, commit $($lists:tt)*) => {{
        $crate::commit_promises! { @suite $make, $suite }
        $crate::conformance_suite! { $make, $suite, $($lists)* }
    }};
    (
        $make:expr, $suite:tt,
        one: [$($one:ident),* $(,)?]
        many: [$($many:ident),* $(,)?]
        reopening: [$($reopening:ident),* $(,)?]
    ) => {{
        $($crate::conformance_suite! { @one $make, $suite, $suite, $one })*
        $($crate::conformance_suite! { @many $make, $suite, $many })*
        $({
            let harness = $make();
            if $crate::conformance::Harness::reopen(&harness).is_some() {
                $crate::conformance_suite! { @many (|| harness), $suite, $reopening }
            }
        })*
        Ok(())
    }};
    (@one $make:expr, [$($suite:tt)*], [$($of:tt)*], $name:ident) => {{
        let harness = $make();
        let fixture = $($suite)*::fixture(&harness);
        $crate::conformance::Harness::block_on(&harness, $($of)*::$name(&fixture))?;
    }};
    (@many $make:expr, [$($suite:tt)*], $name:ident) => {
        $($suite)*::$name(&$make())?
    };
}

/// The promises of every port's `commit`.
#[doc(hidden)]
#[macro_export]
macro_rules! commit_promises {
    (@tests $make:expr, $suite:tt) => {
        $crate::commit_promises! { @each conformance_tests, $make, $suite }
    };
    (@suite $make:expr, $suite:tt) => {
        $crate::commit_promises! { @each conformance_suite, $make, $suite }
    };
    (@each $then:ident, $make:expr, $suite:tt) => {
        $crate::commit_promises! { @list $then, $make, $suite, [
            insert_of_an_existing_row_is_a_conflict,
            stale_versions_are_conflicts,
            unmet_expectations_are_conflicts,
            a_refused_commit_leaves_nothing,
            a_repeated_id_applies_once,
            facts_arrive_once_and_in_order,
        ] }
    };
    (@list $then:ident, $make:expr, $suite:tt, [$($name:ident),* $(,)?]) => {
        $($crate::$then! { @one $make, $suite, [$crate::conformance::contract], $name })*
    };
}
