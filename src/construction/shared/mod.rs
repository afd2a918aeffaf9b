//! The hot path: allocators whose weights all share the neurons of a layer.
//!
//! A neuron goes to the first pair (weight), in order, with an open demand that it can meet. The reference does just that, a neuron
//! at a time: it tries each neuron along all open pairs before it draws the next one. But the outcome at a pair depends only on
//! the neurons left by the pairs before it, and on their order. So a whole *queue* of neurons can visit pair after pair:
//!
//! ```text
//!   queue of 1,024 neurons, in chunks of 64: a bit for each neuron, 1 while no pair has taken it
//!            chunk 0          chunk 1                chunk 15
//!           ┌────────────────┬────────────────┬─ … ─┬────────────────┐
//!  visit to │■■■■■■■■■■■■■■■■│■■■■■■■■■■■■■■■■│  …  │■■■■■■■■■■■■■■■■│ every chunk in turn:
//!  pair 0   └────────────────┴────────────────┴─ … ─┴────────────────┘ 1. random words of each neuron for the pair's
//!               │ takes what it demands                                   input and output, cut to 32 bits   (levels)
//!               ▼                                                      2. sum of both cuts: log |z_in·z_out| and both
//!           ┌────────────────┬────────────────┬─ … ─┬────────────────┐    signs in one integer
//!  visit to │■■·■■■■·■■■■■■■■│■■■■·■■■■■■■■·■■│  …  │■■■■■■■■■·■■■■■■│ 3. hits: each demand is an interval of sums, so
//!  pair 1   └────────────────┴────────────────┴─ … ─┴────────────────┘    a try is one SIMD comparison       (vectors)
//!               ▼                                                      4. each hit, first neuron first, meets a demand
//!           ┌───────────┬───────────┬ … ┐                                and leaves the queue                 (visit)
//!  visit to │■·■■■·■■■■■│■■■■·■■■■■■│ … │                              5. too many gaps (·): close up         (queue)
//!  pair 2   └───────────┴───────────┴ … ┘
//!               ▼
//!              …   a neuron left behind the last open pair admits the next pair to the *front* of open pairs
//! ```
//!
//! A pair's data are constants in registers, a miss costs no branch, and the results are the same to the bit: tickets, counts and
//! the order in which weights finish. Sums in doubt, about one in a million, are settled by the full words.
//!
//! | file | holds |
//! |---|---|
//! | [`open_pairs`] | first-fit and on-demand: the front of open pairs |
//! | [`one_by_one`] | the reference: tries a neuron at a time, in scalar code |
//! | [`passing`] | passes a queue along the front, and finishes pairs in order |
//! | [`visit`] | one pair, tried with the chunks of a queue |
//! | [`queue`] | the neurons no pair has taken |
//! | [`in_order`] | in-order allocation: a cursor for each category, and the reference, a neuron at a time |
//! | [`in_order_groups`] | the same with groups of 64 neurons, tried against each category at once |
//! | [`word_cache`] | random words of a group, generated once for all categories |
//! | [`vectors`] | the SIMD steps, in plain loops and in AVX-512 |
//!
//! [`buckets`](crate::construction::buckets) explains sums and intervals.

mod in_order;
pub(crate) mod in_order_groups;
mod one_by_one;
pub(crate) mod open_pairs;
mod passing;
mod queue;
pub(crate) mod vectors;
mod visit;
mod word_cache;
