//! Quality of a voice call by the E-model of ITU-T Recommendation G.107 (narrow band).

use libm::{exp, log2, log10, pow};

/// What a codec does to speech, by the planning values of ITU-T G.113, appendix I.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Codec {
    /// The equipment impairment factor Ie, without loss.
    pub impairment: f64,
    /// The packet-loss robustness factor Bpl, for random loss.
    pub loss_robustness: f64,
}

impl Codec {
    /// G.711 without packet-loss concealment.
    pub const G711: Self = Self {
        impairment: 0.0,
        loss_robustness: 4.3,
    };
    /// G.711 with the concealment of its appendix I.
    pub const G711_CONCEALED: Self = Self {
        impairment: 0.0,
        loss_robustness: 25.1,
    };
    /// G.729A with voice activity detection, 8 kbit/s.
    pub const G729A: Self = Self {
        impairment: 11.0,
        loss_robustness: 19.0,
    };
    /// G.723.1 with voice activity detection, 6.3 kbit/s.
    pub const G723_1: Self = Self {
        impairment: 15.0,
        loss_robustness: 16.1,
    };

    /// The effective impairment at a ratio of random loss (burst ratio 1):
    /// Ie,eff = Ie + (95 − Ie)·Ppl/(Ppl + Bpl), Ppl in per cent.
    fn effective_impairment(self, loss_ratio: f64) -> f64 {
        let percent = 100.0 * loss_ratio;
        if percent == 0.0 {
            return self.impairment;
        }
        self.impairment + (95.0 - self.impairment) * percent / (percent + self.loss_robustness)
    }
}

/// What callers hear of their own voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Echo {
    /// Nothing that delay makes worse (headsets, echo cancellers): delay impairs by Idd alone. R at 150 ms: 93.0.
    Cancelled,
    /// The default echo losses of G.107 (TELR 65 dB, WEPL 110 dB), over the same delay both ways: talker and
    /// listener echo, Idte and Idle, are added. R at 150 ms: 89.5.
    Default,
}

/// The transmission rating factor R: about 93.2 at best, 0 and less where nothing is understood.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Rating(f64);

impl Rating {
    /// The rating of a call: R = Ro − Is − Id − Ie,eff, all parameters but the given ones at the defaults of G.107.
    ///
    /// `None` unless the delay is finite and not negative, the loss ratio in [0, 1], the codec's impairment in
    /// [0, 95] and its robustness positive.
    #[must_use]
    pub fn new(one_way_delay_ms: f64, loss_ratio: f64, codec: Codec, echo: Echo) -> Option<Self> {
        let defined = (0.0..f64::INFINITY).contains(&one_way_delay_ms)
            && (0.0..=1.0).contains(&loss_ratio)
            && (0.0..=95.0).contains(&codec.impairment)
            && codec.loss_robustness > 0.0;
        defined.then(|| {
            let echo = match echo {
                Echo::Cancelled => echo_impairment(0.0),
                Echo::Default => echo_impairment(one_way_delay_ms),
            };
            let delay = echo + pure_delay_impairment(one_way_delay_ms);
            Self(SIGNAL_TO_NOISE - SIMULTANEOUS - delay - codec.effective_impairment(loss_ratio))
        })
    }

    /// A rating known from elsewhere.
    #[must_use]
    pub fn from_value(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self(value))
    }

    /// R itself.
    #[must_use]
    pub fn value(self) -> f64 {
        self.0
    }

    /// The mean opinion score of G.107, annex B: 1 for R ≤ 0, 4.5 for R ≥ 100, between them
    /// 1 + 0.035·R + R·(R − 60)·(100 − R)·7·10⁻⁶, held at 1 where that polynomial dips below (R < 6.5).
    #[must_use]
    pub fn mos(self) -> f64 {
        let r = self.0;
        if r <= 0.0 {
            1.0
        } else if r >= 100.0 {
            4.5
        } else {
            (1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6).max(1.0)
        }
    }
}

/// Noise at the 0 dBr point, No in dBm0p, by G.107, clause 7.2, at the default noises and loudness ratings.
const NOISE: f64 = -61.179_214_386_241_69;
/// The basic signal-to-noise ratio, Ro = 15 − 1.5·(SLR + No) with SLR 8 dB.
const SIGNAL_TO_NOISE: f64 = 15.0 - 1.5 * (8.0 + NOISE);
/// The simultaneous impairment factor Is at the defaults.
const SIMULTANEOUS: f64 = 1.413_568_131_149_404_4;

/// Idd: impairment by absolute delay too long for conversation, even without echo (G.107, clause 7.4, with the default
/// sensitivity sT = 1 and least perceivable delay mT = 100 ms, the only form of earlier editions).
fn pure_delay_impairment(delay_ms: f64) -> f64 {
    if delay_ms <= 100.0 {
        return 0.0;
    }
    let x = log2(delay_ms / 100.0);
    let bend = |x: f64| pow(1.0 + pow(x, 6.0), 1.0 / 6.0);
    25.0 * (bend(x) - 3.0 * bend(x / 3.0) + 2.0)
}

/// Idte + Idle: impairment by talker and listener echo at the default echo losses, T = `delay_ms`, Tr = 2·T.
fn echo_impairment(delay_ms: f64) -> f64 {
    let soft_positive = |x: f64, square: f64| 0.5 * x + (0.25 * x * x + square).sqrt();
    let talker_echo_rating = 65.0
        - 40.0 * log10((1.0 + delay_ms / 10.0) / (1.0 + delay_ms / 150.0))
        + 6.0 * exp(-0.3 * delay_ms * delay_ms);
    let talker_echo = 80.0 + 2.5 * (talker_echo_rating - 14.0);
    let without_echo = -1.5 * (NOISE - 2.0);
    let talker = (soft_positive(without_echo - talker_echo, 100.0) - 1.0) * (1.0 - exp(-delay_ms));
    let listener_echo = 10.5 * (110.0 + 7.0) * pow(2.0 * delay_ms + 1.0, -0.25);
    talker + soft_positive(SIGNAL_TO_NOISE - listener_echo, 169.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_close;
    use proptest::prelude::*;

    fn rating(delay: f64, loss: f64, codec: Codec) -> f64 {
        Rating::new(delay, loss, codec, Echo::Cancelled)
            .unwrap()
            .value()
    }

    fn mos(r: f64) -> f64 {
        Rating::from_value(r).unwrap().mos()
    }

    /// G.107, 7.7: all parameters at their defaults give R = 93.2, which annex B turns into 4.41.
    #[test]
    fn the_default_connection() {
        for echo in [Echo::Cancelled, Echo::Default] {
            let default = Rating::new(0.0, 0.0, Codec::G711, echo).unwrap();
            assert!((default.value() - 93.2).abs() < 0.05, "{default:?}");
            assert!((default.mos() - 4.41).abs() < 0.005, "{default:?}");
        }
    }

    /// G.107, table B.1: the limits of the categories of user satisfaction. The table gives 4.03 for R = 80,
    /// where the formula beside it gives 4.024: hence the tolerance of 0.01.
    #[test]
    fn opinion_scores_of_annex_b() {
        for (r, score) in [
            (90.0, 4.34),
            (80.0, 4.03),
            (70.0, 3.60),
            (60.0, 3.10),
            (50.0, 2.58),
        ] {
            assert!((mos(r) - score).abs() < 0.01, "{r}: {}", mos(r));
        }
        assert_eq!(
            [mos(-5.0), mos(0.0), mos(3.0), mos(100.0), mos(120.0)],
            [1.0, 1.0, 1.0, 4.5, 4.5]
        );
    }

    #[test]
    fn the_effective_impairment_by_hand() {
        // 11 + 84·1/20 and 11 + 84·2/21; 95·5/30.1; without concealment 95·1/5.3.
        assert_close(Codec::G729A.effective_impairment(0.01), 15.2, 1e-14);
        assert_close(Codec::G729A.effective_impairment(0.02), 19.0, 1e-14);
        assert_close(
            Codec::G711_CONCEALED.effective_impairment(0.05),
            475.0 / 30.1,
            1e-14,
        );
        assert_close(Codec::G711.effective_impairment(0.01), 95.0 / 5.3, 1e-14);
        assert_eq!(Codec::G723_1.effective_impairment(0.0), 15.0);
    }

    #[test]
    fn the_pure_delay_impairment_by_hand() {
        assert_eq!([0.0, 99.0, 100.0].map(pure_delay_impairment), [0.0; 3]);
        // At 200 ms X = 1: 25·(2^(1/6) − 3·(1 + 3^−6)^(1/6) + 2).
        let by_hand = 25.0 * (pow(2.0, 1.0 / 6.0) - 3.0 * pow(730.0 / 729.0, 1.0 / 6.0) + 2.0);
        assert_close(pure_delay_impairment(200.0), by_hand, 1e-12);
        // At 800 ms X = 3: 25·(730^(1/6) − 3·2^(1/6) + 2).
        let by_hand = 25.0 * (pow(730.0, 1.0 / 6.0) - 3.0 * pow(2.0, 1.0 / 6.0) + 2.0);
        assert_close(pure_delay_impairment(800.0), by_hand, 1e-12);
    }

    /// The constants, from G.107's clauses 7.2 and 7.3 at the defaults of its clause 7.7.
    #[test]
    fn noise_and_simultaneous_impairment_from_the_defaults() {
        let decibel = |x: f64| pow(10.0, x / 10.0);
        let (send, receive, sidetone, d_factor, room) = (8.0, 2.0, 15.0, 3.0, 35.0);
        let overall = send + receive;
        let at_sender =
            room - send - d_factor - 100.0 + 0.004 * pow(room - overall - d_factor - 14.0, 2.0);
        let effective_room = room + 10.0 * log10(1.0 + decibel(10.0 - (sidetone + d_factor)));
        let at_receiver =
            receive - 121.0 + effective_room + 0.008 * pow(effective_room - 35.0, 2.0);
        let powers =
            decibel(-70.0) + decibel(at_sender) + decibel(at_receiver) + decibel(-64.0 + receive);
        assert_close(10.0 * log10(powers), NOISE, 1e-13);

        let x = overall + 0.2 * (64.0 + NOISE - receive);
        let loudness = 20.0 * (pow(1.0 + pow(x / 8.0, 8.0), 1.0 / 8.0) - x / 8.0);
        let s = -10.0 * log10(decibel(-sidetone) + decibel(-65.0));
        let side = 12.0 * pow(1.0 + pow((s - 13.0) / 6.0, 8.0), 1.0 / 8.0)
            - 28.0 * pow(1.0 + pow((s + 1.0) / 19.4, 35.0), 1.0 / 35.0)
            - 13.0 * pow(1.0 + pow((s - 3.0) / 33.0, 13.0), 1.0 / 13.0)
            + 29.0;
        let (q, ro) = (37.0, SIGNAL_TO_NOISE);
        let g = 1.07 + 0.258 * q + 0.0602 * q * q;
        let y = (ro - 100.0) / 15.0 + 46.0 / 8.4 - g / 9.0;
        let z = 46.0 / 30.0 - g / 40.0;
        let quantising = 15.0 * log10(1.0 + pow(10.0, y) + pow(10.0, z));
        assert_close(loudness + side + quantising, SIMULTANEOUS, 1e-12);
    }

    #[test]
    fn what_echo_adds_is_as_documented() {
        let at = |delay, echo| Rating::new(delay, 0.0, Codec::G711, echo).unwrap().value();
        assert!((at(150.0, Echo::Cancelled) - 93.0).abs() < 0.05);
        assert!((at(150.0, Echo::Default) - 89.5).abs() < 0.05);
    }

    #[test]
    fn nonsense_has_no_rating() {
        for (delay, loss) in [
            (-1.0, 0.0),
            (f64::NAN, 0.0),
            (f64::INFINITY, 0.0),
            (0.0, 1.1),
            (0.0, -0.1),
            (0.0, f64::NAN),
        ] {
            assert_eq!(Rating::new(delay, loss, Codec::G711, Echo::Cancelled), None);
        }
        let broken = Codec {
            impairment: 0.0,
            loss_robustness: 0.0,
        };
        assert_eq!(Rating::new(0.0, 0.0, broken, Echo::Cancelled), None);
    }

    proptest! {
        #[test]
        fn delay_and_loss_never_help(
            delay in 0.0..2000.0f64, more in 0.0..500.0f64, loss in 0.0..0.5f64, extra in 0.0..0.5f64,
        ) {
            let now = rating(delay, loss, Codec::G729A);
            prop_assert!(rating(delay + more, loss, Codec::G729A) <= now + 1e-9);
            prop_assert!(rating(delay, loss + extra, Codec::G729A) <= now + 1e-9);
        }
    }
}
