//! Studies that are killed, run out of disk, or find their results damaged.

use kairos_tests::{faults, section::Scale};

#[test]
fn studies_survive_faults() {
    faults::survived(Scale::Ordinary).assert_sound();
}
