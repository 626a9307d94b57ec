//! Ctrl-C: the first one asks for a clean end, the second one ends at once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::exit::Exit;

/// A flag that is set when the user interrupts the command.
pub(crate) fn flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&flag);
    let handler = move || {
        if set.swap(true, Ordering::SeqCst) {
            std::process::exit(Exit::Interrupted as i32);
        }
    };
    // Without a handler the first Ctrl-C ends the command at once, which results survive.
    let _ = ctrlc::set_handler(handler);
    flag
}
