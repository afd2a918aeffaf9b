//! `slth learn` under a pseudo-terminal: the lesson from its first step to its last.
#![allow(missing_docs, clippy::unwrap_used)]

mod terminal;

use std::time::Duration;

use terminal::Explorer;

#[test]
fn the_lesson_is_walked_through() {
    let mut slth = Explorer::open(&["learn"]);
    let steps = [
        ("n", "step 1 of 14: w·x"),
        ("nnnnnnnnn", "step 2 of 14: a neuron of G"),
        ("w", "step 3 of 14: kept or cut"),
        ("3", "step 4 of 14: a sum of pieces"),
        ("w", "step 5 of 14: what is left of w"),
        ("N", "step 6 of 14: G is a function"),
        ("l", "step 7 of 14: all weights of a layer"),
        ("1", "step 8 of 14: a layer is built"),
        ("a", "step 9 of 14: the law of G"),
        ("5", "step 10 of 14: F and the pruned network"),
        ("C", "step 11 of 14: found is not proven"),
        ("\x1b", "step 12 of 14: the certificate"),
        ("4", "step 13 of 14: what was promised"),
    ];
    for (keys, title) in steps {
        slth.shows(&[title]);
        slth.press(keys);
    }
    slth.shows(&["step 14 of 14: your own network", "Bounds"]);
    // At rest nothing is sent.
    std::thread::sleep(Duration::from_millis(300));
    let received = slth.received();
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(slth.received(), received);
    slth.press("\x1b");
    slth.shows(&["done: the ticket holds"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}
