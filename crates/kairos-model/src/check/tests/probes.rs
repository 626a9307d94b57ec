//! Mistakes in probes.

use expect_test::expect;

use super::models::model;

#[test]
fn mistakes_of_probes() {
    model(
        r#"probes: {"a": Count("(x:Nn)"), "b": Mean("n.on", over: "(n:N)"), "c": Firings("tik"), "d": Tally(on: "tick", value: "q.x"), "e": Between(from: "tick", to: "tick", same: "q"), "f": Count("(n:N WHERE n.x > now)")}"#,
        r#""#,
        expect![[r#"
            error[unknown-type] m.ron:3:25 «Nn»: unknown node type `Nn`
              ^ not declared
              help: there are `M` and `N`
            error[wrong-type] m.ron:3:43 «n.on»: a Real is needed here, this is a Bool
              ^ a Bool
              help: as a number: `CASE WHEN n.on THEN 1 ELSE 0 END`
            error[unknown-rule] m.ron:3:79 «"tik"»: unknown rule `tik`
              ^ not declared
              help: did you mean `tick`?
            error[unknown-variable] m.ron:3:118 «q»: unknown variable `q`
              ^ not declared
              help: there are `n` and `m`
            error[unknown-variable] m.ron:3:171 «q»: unknown element `q` of `tick`
              ^ not declared
              help: there are `n` and `m`
            error[not-here] m.ron:3:205 «now»: `now` cannot be read in a counted pattern
              help: whether a match holds may not depend on time passing: `now` is for effects, `choose`, tallies and timers
        "#]],
    );
}

#[test]
fn mistakes_of_derived_probes() {
    model(
        r#"probes: {"a": Firings("tick"), "b": Derived("a.cuont + nix.mean"), "c": Derived("d"), "d": Derived("c + 1"), "t": Tally(on: "tick", value: "n.x"), "q": Derived("t.p95 + t.p101 + a.p50 + now")}"#,
        r#""#,
        expect![[r#"
            error[unknown-statistic] m.ron:3:48 «cuont»: unknown statistic `cuont` of `a`
              ^ not declared
              help: did you mean `count`?
            error[unknown-probe] m.ron:3:56 «nix»: unknown probe `nix`
              ^ not declared
              help: there are `a`, `b`, `c`, `d`, `q` and `t`
            error[unknown-statistic] m.ron:3:172 «p101»: unknown statistic `p101` of `t`
              ^ not declared
              help: there are `mean`, `count`, `sum`, `sd`, `min`, `max` and `p50`; quantiles are `p0` to `p100`
            error[unknown-statistic] m.ron:3:181 «p50»: unknown statistic `p50` of `a`
              ^ not declared
              help: there are `count`, `rate`, `effectless` and `thinned`
            error[not-here] m.ron:3:187 «now»: `now` cannot be read in a derived probe
              help: a derived probe is computed of other metrics, at the end of a run; the time of a firing is for a `Tally`
            error[probe-cycle] m.ron:3:68 «"c"»: derived probes are defined by each other: c → d → c
        "#]],
    );
}
