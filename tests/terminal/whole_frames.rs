//! Frames of a terminal, taken whole.

/// Begins a synchronized update.
const BEGIN: &[u8] = b"\x1b[?2026h";

/// Ends it.
const END: &[u8] = b"\x1b[?2026l";

/// Holds back a frame until its end has arrived: a reader never sees a frame half drawn.
#[derive(Debug, Default)]
pub(crate) struct WholeFrames {
    /// starts with an unfinished frame, or with a part of [`BEGIN`]
    held: Vec<u8>,
}

impl WholeFrames {
    /// Adds output of the program and returns the bytes ready to be shown: whole frames, and everything between them.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        let rest = self.held.split_off(self.ready());
        std::mem::replace(&mut self.held, rest)
    }

    /// The bytes held back, once no more come.
    pub(crate) fn rest(self) -> Vec<u8> {
        self.held
    }

    /// Number of bytes before the first unfinished frame.
    fn ready(&self) -> usize {
        let mut ready = 0;
        while let Some(begin) = position(&self.held[ready..], BEGIN) {
            match position(&self.held[ready + begin..], END) {
                Some(end) => ready += begin + end + END.len(),
                None => return ready + begin,
            }
        }
        // The last bytes may be the first ones of a frame.
        let split = (1..BEGIN.len()).rev().find(|&count| self.held[ready..].ends_with(&BEGIN[..count]));
        self.held.len() - split.unwrap_or(0)
    }
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
