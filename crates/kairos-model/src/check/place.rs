//! Where an expression stands decides what it may read.

/// What an expression may read where it stands (SEMANTICS: what may depend on time, and what may be random).
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// As a mistake names it: "a guard".
    pub(super) name: &'static str,
    /// `now`
    pub(super) now: bool,
    /// Why not, and what to write instead.
    pub(super) why_no_now: &'static str,
    /// `draw(…)`
    pub(super) draw: bool,
    /// `index`
    pub(super) index: bool,
    /// `EXISTS { … }` and `COUNT { … }`
    pub(super) sub_patterns: bool,
}

const NOTHING: Place = Place {
    name: "what is fixed before a run",
    now: false,
    why_no_now: "before a run there is no time: `now` is for effects, `choose`, tallies and timers",
    draw: false,
    index: false,
    sub_patterns: false,
};

impl Place {
    /// Parameters, run settings.
    pub(super) const CONSTANT: Place = NOTHING;
    /// Guard, NACs.
    pub(super) const GUARD: Place = Place {
        name: "a guard",
        why_no_now: "whether a match holds may not depend on time passing: `now` is for effects, `choose`, tallies and timers",
        sub_patterns: true,
        ..NOTHING
    };
    /// Conditions of a sub-pattern.
    pub(super) const SUB_PATTERN: Place = Place {
        name: "a sub-pattern",
        ..Place::GUARD
    };
    /// A pattern that a probe counts.
    pub(super) const QUERY: Place = Place {
        name: "a counted pattern",
        ..Place::GUARD
    };
    /// The condition that ends a run.
    pub(super) const STOP: Place = Place {
        name: "`stop_when`",
        why_no_now: "`stop_when` is about a state; the time at which a run ends is its `horizon`",
        ..Place::GUARD
    };
    /// Steps of `choose` and what must hold after them.
    pub(super) const CHOOSE: Place = Place {
        name: "`choose`",
        now: true,
        ..Place::GUARD
    };
    /// A choice that decides whether its event is active.
    pub(super) const REQUIRED_CHOICE: Place = Place {
        name: "a required choice",
        ..Place::GUARD
    };
    /// Conditions of a `for_each`.
    pub(super) const FOR_EACH: Place = Place {
        name: "the pattern of a `for_each`",
        ..Place::CHOOSE
    };
    /// Values that an effect gives.
    pub(super) const EFFECT: Place = Place {
        name: "an effect",
        now: true,
        draw: true,
        ..Place::GUARD
    };
    /// Parameters of a timer.
    pub(super) const TIMER: Place = Place {
        name: "a timer",
        now: true,
        ..Place::GUARD
    };
    /// Weights of an aggregate clock.
    pub(super) const WEIGHT: Place = Place {
        name: "a weight",
        ..Place::GUARD
    };
    /// Values of a tally.
    pub(super) const TALLY: Place = Place {
        name: "a tally",
        now: true,
        ..Place::GUARD
    };
    /// Values in the start graph.
    pub(super) const START: Place = Place {
        name: "the start graph",
        draw: true,
        ..NOTHING
    };
    /// Values of what is created many times.
    pub(super) const REPEATED_START: Place = Place {
        index: true,
        ..Place::START
    };
    /// Derived probes.
    pub(super) const DERIVED: Place = Place {
        name: "a derived probe",
        why_no_now: "a derived probe is computed of other metrics, at the end of a run; the time of a firing is for a `Tally`",
        ..NOTHING
    };
}
