//! File-system calls failing on purpose, for tests.

use std::cell::RefCell;
use std::io;

pub(crate) use super::disk::Call;

thread_local! {
    static PLAN: RefCell<Option<FaultPlan>> = const { RefCell::new(None) };
}

struct FaultPlan {
    /// the call to fail, from 0
    fails: usize,
    /// whether every later call fails too
    lasting: bool,
    error: io::ErrorKind,
    made: Vec<Call>,
}

thread_local! {
    static LACKING: RefCell<Vec<Call>> = const { RefCell::new(Vec::new()) };
}

/// Runs `action`; every call of these kinds fails on this thread.
pub(crate) fn failing_kinds<T>(kinds: &[Call], action: impl FnOnce() -> T) -> T {
    LACKING.set(kinds.to_vec());
    let result = action();
    LACKING.take();
    result
}

/// Called before every call.
pub(super) fn next(call: Call) -> io::Result<()> {
    if LACKING.with_borrow(|lacking| lacking.contains(&call)) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    PLAN.with_borrow_mut(|plan| {
        let Some(plan) = plan else { return Ok(()) };
        let number = plan.made.len();
        plan.made.push(call);
        let fails = if plan.lasting { number >= plan.fails } else { number == plan.fails };
        if fails { Err(plan.error.into()) } else { Ok(()) }
    })
}

/// Runs `action`; call number `fails` fails on this thread, and with `lasting` every later one too. Returns the result and the
/// calls made.
pub(crate) fn failing<T>(
    fails: usize,
    lasting: bool,
    error: io::ErrorKind,
    action: impl FnOnce() -> T,
) -> (T, Vec<Call>) {
    PLAN.set(Some(FaultPlan { fails, lasting, error, made: Vec::new() }));
    let result = action();
    let made = PLAN.take().map(|plan| plan.made).unwrap_or_default();
    (result, made)
}

/// Runs `action` without a fault, then once per call with only this call failing, then once per call with it and all later ones
/// failing. `prepare` runs before each; `check` gets the result and the failed call.
pub(crate) fn each_call_fails<T>(
    mut prepare: impl FnMut(),
    mut action: impl FnMut() -> T,
    mut check: impl FnMut(T, Option<Call>),
) {
    prepare();
    let (result, calls) = failing(usize::MAX, false, io::ErrorKind::Other, &mut action);
    check(result, None);
    assert!(calls.len() > 5, "hardly a call was made: {calls:?}");
    let errors = [io::ErrorKind::StorageFull, io::ErrorKind::PermissionDenied, io::ErrorKind::TimedOut];
    for lasting in [false, true] {
        for (number, &call) in calls.iter().enumerate() {
            prepare();
            let error = errors[number % errors.len()];
            let (result, made) = failing(number, lasting, error, &mut action);
            assert_eq!(made[number], call, "another order of calls");
            check(result, Some(call));
        }
    }
}
