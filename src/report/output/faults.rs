//! File-system calls that fail on purpose, for tests.

use std::cell::RefCell;
use std::io;

pub(crate) use super::disk::Call;

thread_local! {
    static PLAN: RefCell<Option<Plan>> = const { RefCell::new(None) };
}

struct Plan {
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

/// Runs `action`, in which every call of these kinds of this thread fails.
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

/// Runs `action`, in which call number `fails` of this thread fails, with `lasting` every later one too. Returns what
/// `action` does and the calls that it made.
pub(crate) fn failing<T>(
    fails: usize,
    lasting: bool,
    error: io::ErrorKind,
    action: impl FnOnce() -> T,
) -> (T, Vec<Call>) {
    PLAN.set(Some(Plan { fails, lasting, error, made: Vec::new() }));
    let result = action();
    let made = PLAN.take().map(|plan| plan.made).unwrap_or_default();
    (result, made)
}

/// Runs `action` once with no fault, then once for each of its calls with that one failing, and once for each with all later
/// ones failing too. `prepare` comes before each; `check` is given the result and the call that failed.
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
