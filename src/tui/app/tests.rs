//! Tests of the whole explorer.
