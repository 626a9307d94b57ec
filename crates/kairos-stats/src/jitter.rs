//! Interarrival jitter of a packet stream.

/// The running estimate of RFC 3550, section 6.4.1 and appendix A.8.
///
/// With S the time at which a packet was sent and R that at which it arrived, D = (R_j − R_i) − (S_j − S_i) for
/// packets i, j in the order of arrival, and J ← J + (|D| − J)/16. In the unit of the times.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Jitter {
    last_transit: Option<f64>,
    estimate: Option<f64>,
}

impl Jitter {
    /// No packet yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next packet arrives. Packets out of order count as they arrive, as in the RFC.
    ///
    /// # Panics
    /// If a time is not finite.
    pub fn arrive(&mut self, sent: f64, received: f64) {
        let transit = received - sent;
        assert!(
            transit.is_finite(),
            "a packet sent at {sent} arrives at {received}"
        );
        if let Some(last) = self.last_transit.replace(transit) {
            let estimate = self.estimate.unwrap_or(0.0);
            self.estimate = Some(estimate + ((transit - last).abs() - estimate) / 16.0);
        }
    }

    /// The jitter now; `None` before the second packet.
    #[must_use]
    pub fn estimate(&self) -> Option<f64> {
        self.estimate
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_close;

    fn jitter(packets: &[(f64, f64)]) -> Option<f64> {
        let mut jitter = Jitter::new();
        packets
            .iter()
            .for_each(|&(sent, received)| jitter.arrive(sent, received));
        jitter.estimate()
    }

    #[test]
    fn one_packet_has_no_jitter_and_a_steady_stream_none_at_all() {
        assert_eq!(jitter(&[]), None);
        assert_eq!(jitter(&[(0.0, 5.0)]), None);
        assert_eq!(jitter(&[(0.0, 5.0), (20.0, 25.0), (40.0, 45.0)]), Some(0.0));
    }

    #[test]
    fn the_recurrence_by_hand() {
        // Transit times 50, 66, 50, 82: |D| = 16, 16, 32.
        let packets = [(0.0, 50.0), (20.0, 86.0), (40.0, 90.0), (60.0, 142.0)];
        assert_eq!(jitter(&packets[..2]), Some(1.0));
        assert_eq!(jitter(&packets[..3]), Some(1.0 + 15.0 / 16.0));
        assert_eq!(jitter(&packets), Some(1.9375 + (32.0 - 1.9375) / 16.0));
    }

    #[test]
    fn a_constant_difference_is_approached_with_gain_one_sixteenth() {
        // After n differences of size d from zero: d·(1 − (15/16)^n).
        let packets: Vec<(f64, f64)> = (0..101)
            .map(|i| {
                (
                    20.0 * f64::from(i),
                    20.0 * f64::from(i) + 10.0 * f64::from(i % 2),
                )
            })
            .collect();
        assert_close(
            jitter(&packets).unwrap(),
            10.0 * (1.0 - libm::pow(15.0 / 16.0, 100.0)),
            1e-13,
        );
    }

    #[test]
    fn reordered_packets_count_as_they_arrive() {
        // The second packet overtakes the first: transits 10, then 50.
        assert_eq!(jitter(&[(20.0, 30.0), (0.0, 50.0)]), Some(40.0 / 16.0));
    }
}
