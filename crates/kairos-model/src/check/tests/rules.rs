//! Mistakes in what rules say of their matches: names, expressions, effects, choices.

use expect_test::{Expect, expect};

use super::{complete::TYPES, diagnose};

#[expect(clippy::needless_pass_by_value, reason = "`expect!` gives a value")]
pub(super) fn rule(fields: &str, expected: Expect) {
    let text = format!(
        "--- r.ron\nRuleSet(include: [\"rules/types.ron\"], parameters: {{\"links\": 1}}, types: (nodes: {{\"Ghost\": (abstract: true)}}), rules: {{\"r\": (\n{fields}\n)}})\n{TYPES}"
    );
    expected.assert_eq(&diagnose(&text));
}

#[test]
fn unknown_names() {
    rule(
        r#"match: "(sc:SC)", where: "sc.host > linkz AND sx.host = 1""#,
        expect![[r#"
            error[unknown-name] r.ron:2:37 «linkz»: unknown name `linkz`
              ^ not declared
              help: did you mean `links`?
            error[unknown-variable] r.ron:2:47 «sx»: unknown variable `sx`
              ^ not declared
              help: did you mean `sc`?
        "#]],
    );
}

#[test]
fn unknown_attributes() {
    rule(
        r#"match: "(sc:SC {hots: 1})", where: "sc.bandwidth > 1""#,
        expect![[r#"
            error[unknown-attribute] r.ron:2:17 «hots»: unknown attribute `hots` of `SC`
              ^ not declared
              help: did you mean `host`?
            error[unknown-attribute] r.ron:2:40 «bandwidth»: unknown attribute `bandwidth` of `SC`
              ^ not declared
              help: there are `chronos`, `host`, `behind_nat` and `state`
        "#]],
    );
}

#[test]
fn an_attribute_that_one_type_lacks() {
    rule(
        r#"match: "(n:Node)", where: "n.bandwidth > 1""#,
        expect![[r#"
            error[unknown-attribute] r.ron:2:30 «bandwidth»: unknown attribute `bandwidth` of `SC`
              ^ not declared
              r.ron:2:9 «(n:Node)»: it may be any of `SC|SN`, and `SC` has no such attribute
              help: there are `chronos`, `host`, `behind_nat` and `state`
        "#]],
    );
}

#[test]
fn an_attribute_of_two_types() {
    rule(
        r#"match: "(p:Ping|Voice)", where: "p.sent > 1""#,
        expect![[r#"
            error[attribute-type] r.ron:2:36 «sent»: `sent` is an Int in one type and a Real in another
              rules/types.ron:8:37 «"sent"»: one declaration
              rules/types.ron:9:37 «"sent"»: another
        "#]],
    );
}

#[test]
fn an_element_as_value() {
    rule(
        r#"match: "(sc:SC)", where: "sc > 1""#,
        expect![[r#"
            error[element-as-value] r.ron:2:27 «sc»: `sc` is an element, not a value
              help: read an attribute, `sc.…`, or its number, `id(sc)`
        "#]],
    );
}

#[test]
fn wrong_operand_types() {
    rule(
        r#"match: "(sc:SC)", where: "sc.behind_nat + 1 > 2 AND NOT sc.host AND sc.state < 3""#,
        expect![[r#"
            error[wrong-type] r.ron:2:27 «sc.behind_nat»: `+` needs numbers, this is a Bool
              ^ a Bool
            error[wrong-type] r.ron:2:57 «sc.host»: a Bool is needed here, this is an Int
              ^ an Int
              help: compare it: `sc.host > 0`
            error[wrong-type] r.ron:2:69 «sc.state»: `<` needs numbers, this is a `State`
              ^ a `State`
        "#]],
    );
}

#[test]
fn values_that_cannot_be_compared() {
    rule(
        r#"match: "(sc:SC)", where: "sc.state = 1 AND sc.behind_nat = sc.host""#,
        expect![[r#"
            error[wrong-type] r.ron:2:38 «1»: a `State` and an Int cannot be compared
              ^ an Int
              r.ron:2:27 «sc.state»: a `State`
            error[wrong-type] r.ron:2:60 «sc.host»: a Bool and an Int cannot be compared
              ^ an Int
              r.ron:2:44 «sc.behind_nat»: a Bool
        "#]],
    );
}

#[test]
fn a_condition_that_is_no_bool() {
    rule(
        r#"match: "(sc:SC)", where: "sc.host""#,
        expect![[r#"
            error[wrong-type] r.ron:2:27 «sc.host»: a Bool is needed here, this is an Int
              ^ an Int
              help: compare it: `sc.host > 0`
        "#]],
    );
}

#[test]
fn elements_that_are_never_the_same() {
    rule(
        r#"match: "(a:SC), (b:SN)", where: "a <> b""#,
        expect![[r#"
            error[never-same] r.ron:2:39 «b»: `SC` and `SN` are never the same element
              r.ron:2:34 «a»: `SC`
        "#]],
    );
}

#[test]
fn unknown_enumerators() {
    rule(
        r#"match: "(sc:SC)", where: "sc.state = State.bsy OR sc.state = Stat.busy""#,
        expect![[r#"
            error[unknown-enumerator] r.ron:2:44 «bsy»: unknown value `bsy` of `State`
              ^ not declared
              help: did you mean `busy`?
            error[unknown-variable] r.ron:2:62 «Stat»: unknown variable `Stat`
              ^ not declared
              help: did you mean `State`?
        "#]],
    );
}

#[test]
fn constants_without_value() {
    rule(
        r#"match: "(sc:SC)", where: "sc.host > 1 / 0 AND sc.host < 9223372036854775807 + 1 AND sqrt(-1) > 0 AND 5 % 0 = 1 AND floor(1e300) > 1""#,
        expect![[r#"
            error[no-value] r.ron:2:37 «1 / 0»: this has no value: division by zero
            error[no-value] r.ron:2:57 «9223372036854775807 + 1»: this has no value: the result does not fit a 64-bit integer
            error[no-value] r.ron:2:85 «sqrt(-1)»: this has no value: the result is not a finite number
            error[no-value] r.ron:2:102 «5 % 0»: this has no value: remainder of a division by zero
            error[no-value] r.ron:2:116 «floor(1e300)»: this has no value: the result does not fit a 64-bit integer
        "#]],
    );
}

#[test]
fn case_branches_of_different_types() {
    rule(
        r#"match: "(sc:SC)", where: "CASE WHEN TRUE THEN 1 ELSE FALSE END""#,
        expect![[r#"
            error[wrong-type] r.ron:2:54 «FALSE»: the branches of this CASE differ in type: an Int, a Bool
        "#]],
    );
}

#[test]
fn wrong_functions() {
    rule(
        r#"match: "(sc:SC)", where: "mx(1, 2) > 1 AND pow(2) > 1 AND id(1) > 1 AND abs(x: 1) > 1 AND min() > 1 AND abs(TRUE) > 1""#,
        expect![[r#"
            error[unknown-function] r.ron:2:27 «mx»: unknown function or table `mx`
              ^ not declared
              help: did you mean `max`?
            error[wrong-arguments] r.ron:2:44 «pow(2)»: `pow` needs 2 arguments, here are 1
            error[wrong-arguments] r.ron:2:62 «1»: `id` reads the number of an element: give it a variable
            error[wrong-arguments] r.ron:2:77 «x»: the arguments of `abs` have no names
            error[wrong-arguments] r.ron:2:91 «min()»: `min` needs at least 1 argument, here are 0
            error[wrong-type] r.ron:2:109 «TRUE»: `abs` needs numbers, this is a Bool
        "#]],
    );
}

#[test]
fn a_table_in_a_rule_set_alone() {
    rule(
        r#"match: "(sc:SC)", where: "rtt(sc.host).mean > 1""#,
        expect![[r#"
            error[unknown-table] r.ron:2:27 «rtt»: unknown table `rtt`
              ^ no table is declared here
        "#]],
    );
}

#[test]
fn now_in_a_guard() {
    rule(
        r#"match: "(sc:SC)", where: "now > 1 AND COUNT { (sc)-[:link]->(s WHERE now > s.host) } > 1""#,
        expect![[r#"
            error[not-here] r.ron:2:27 «now»: `now` cannot be read in a guard
              help: whether a match holds may not depend on time passing: `now` is for effects, `choose`, tallies and timers
            error[not-here] r.ron:2:70 «now»: `now` cannot be read in a sub-pattern
              help: whether a match holds may not depend on time passing: `now` is for effects, `choose`, tallies and timers
        "#]],
    );
}

#[test]
fn draw_in_a_guard() {
    rule(
        r#"match: "(sc:SC)", where: "draw(Uniform(0, 1)) > 0.5""#,
        expect![[r#"
            error[not-here] r.ron:2:27 «draw(Uniform(0, 1))»: `draw` cannot be used in a guard
              help: draw in `set`, `create`, `for_each` or the start graph; delays are drawn by timers
        "#]],
    );
}

#[test]
fn index_in_a_rule() {
    rule(
        r#"match: "(sc:SC)", set: ["sc.host = index"]"#,
        expect![[r#"
            error[not-here] r.ron:2:36 «index»: `index` cannot be read in an effect
              help: `index` counts the repetitions of `Repeat` and the rows of `Nodes` and `Edges`
        "#]],
    );
}

#[test]
fn count_in_an_effect_is_no_mistake() {
    rule(
        r#"match: "(sc:SC)", set: ["sc.host = COUNT { (sc)-[:link]->() }"]"#,
        expect![""],
    );
}

#[test]
fn a_nac_that_names_what_is_chosen() {
    rule(
        r#"match: "(sc:SC)", choose: [Uniform("(sn:SN)")], unless: ["(sc)-[:link]->(sn)"]"#,
        expect![[r#"
            error[unseen-variable] r.ron:2:74 «sn»: `sn` is not visible here, and a new element of the same name would mislead
              ^ not visible here
              r.ron:2:38 «sn»: `sn` is picked by `choose`, after the match was found
        "#]],
    );
}

#[test]
fn a_guard_that_names_what_is_created() {
    rule(
        r#"match: "(sc:SC)", where: "p.sent > 1", create: ["(p:Ping {sent: 1})-[:at]->(sc)"]"#,
        expect![[r#"
            error[unknown-variable] r.ron:2:27 «p»: unknown variable `p`
              ^ not visible here
              r.ron:2:51 «p»: `p` is created by this rule, and expressions read the graph as it was before
        "#]],
    );
}

#[test]
fn a_real_for_an_int() {
    rule(
        r#"match: "(sc:SC)", set: ["sc.host = sc.host / 2", "sc.chronos = 1.5"]"#,
        expect![[r#"
            error[wrong-type] r.ron:2:36 «sc.host / 2»: an Int is needed here, this is a Real
              ^ a Real
              rules/types.ron:5:72 «"host"»: `host` is declared an Int here
              help: say how to round: `floor(sc.host / 2)`, `ceil(sc.host / 2)` or `round(sc.host / 2)`
            error[wrong-type] r.ron:2:64 «1.5»: an Int is needed here, this is a Real
              ^ a Real
              rules/types.ron:5:53 «"chronos"»: `chronos` is declared an Int here
              help: say how to round: `floor(1.5)`, `ceil(1.5)` or `round(1.5)`
        "#]],
    );
}

#[test]
fn two_assignments() {
    rule(
        r#"match: "(sc:SC)", set: ["sc.host = 1", "sc.host += 2"]"#,
        expect![[r#"
            error[assigned-twice] r.ron:2:41 «sc.host += 2»: this attribute is assigned twice
              r.ron:2:26 «sc.host = 1»: the first assignment
              help: every value is computed from the graph as it was before; several `+=` and `-=` may be combined
        "#]],
    );
}

#[test]
fn accumulation_of_a_bool() {
    rule(
        r#"match: "(sc:SC)", set: ["sc.behind_nat += TRUE"]"#,
        expect![[r#"
            error[wrong-type] r.ron:2:29 «behind_nat»: `+=` and `-=` need a number, `behind_nat` is a Bool
        "#]],
    );
}

#[test]
fn an_assignment_to_a_created_element() {
    rule(
        r#"match: "(sc:SC)", create: ["(p:Ping {sent: 1})-[:at]->(sc)"], set: ["p.sent = 2"]"#,
        expect![[r#"
            error[set-created] r.ron:2:70 «p»: `p` is created by this rule: its attributes are given where it is created
              r.ron:2:29 «(p:Ping {sent: 1})»: created here
              help: write `{sent: 2}` in `create`
        "#]],
    );
}

#[test]
fn what_is_deleted_is_used() {
    rule(
        r#"match: "(sc:SC)-[:link]->(sn:SN)", delete: ["sc", "sc", "sx"], set: ["sc.host = 1"], create: ["(sc)-[:tried]->(sn)"]"#,
        expect![[r#"
            error[deleted-twice] r.ron:2:52 «sc»: `sc` is deleted twice
              r.ron:2:46 «sc»: deleted here already
            error[unknown-variable] r.ron:2:58 «sx»: unknown variable `sx`
              ^ not declared
              help: did you mean `sc`?
            error[edge-to-deleted] r.ron:2:97 «sc»: `sc` is deleted by this rule: an edge to it is not created
              r.ron:2:52 «sc»: deleted here
            error[set-deleted] r.ron:2:71 «sc»: `sc` is deleted by this rule: setting its attribute does nothing
              r.ron:2:52 «sc»: deleted here
        "#]],
    );
}

#[test]
fn deletion_of_a_created_element() {
    rule(
        r#"match: "(sc:SC)", create: ["(p:Ping {sent: 1})"], delete: ["p"]"#,
        expect![[r#"
            error[unknown-variable] r.ron:2:61 «p»: unknown variable `p`
              ^ not visible here
              r.ron:2:30 «p»: `p` is created by this rule, and expressions read the graph as it was before
        "#]],
    );
}

#[test]
fn creation_without_values() {
    rule(
        r#"match: "(sc:SC)", create: ["(p:Ping)-[:at]->(sc)", "(:Voice {sent: 1, rtt: 2})"]"#,
        expect![[r#"
            error[attribute-without-value] r.ron:2:29 «(p:Ping)»: `sent` must be given a value
              rules/types.ron:8:37 «"sent"»: declared here, without a default
              help: write `{sent: …}`, or declare a default
            error[unknown-attribute] r.ron:2:71 «rtt»: unknown attribute `rtt`
              ^ not declared
              help: there is only `sent`
        "#]],
    );
}

#[test]
fn creation_of_an_abstract_type() {
    rule(
        r#"match: "(rs:RS)", create: ["(n:Node)-[:registration]->(rs)"]"#,
        expect![[r#"
            error[abstract-type] r.ron:2:32 «Node»: `Node` is abstract: no node has exactly this type
              rules/types.ron:5:13 «"Node"»: declared abstract here
              help: take one of `SC` and `SN`
        "#]],
    );
}

#[test]
fn creation_without_type() {
    rule(
        r#"match: "(rs:RS)", create: ["(sn)-[:registration]->(rs)", "()-[:registration]->(rs)", "(:SC)-[]->(rs)", "(:SC|SN)"]"#,
        expect![[r#"
            error[unknown-variable] r.ron:2:30 «sn»: unknown variable `sn`
              ^ not declared
              help: there is only `rs`; a new node needs a type: `(sn:Type)`
            error[type-needed] r.ron:2:59 «()»: a new node needs a type
            error[type-needed] r.ron:2:92 «-[]->»: a new edge needs a type
              help: write `-[:type]->`
            error[alternatives-in-create] r.ron:2:110 «SN»: what is created has one type
        "#]],
    );
}

#[test]
fn creation_of_what_exists() {
    rule(
        r#"match: "(sc:SC)", create: ["(sc:SC {host: 1})", "(x:SC {host: 1}), (x:SC {host: 2})"]"#,
        expect![[r#"
            error[created-again] r.ron:2:29 «(sc:SC {host: 1})»: `sc` exists already: it cannot be created again
              r.ron:2:9 «(sc:SC)»: bound here
              help: write `(sc)`; attributes of what exists are changed by `set`
            error[created-again] r.ron:2:68 «(x:SC {host: 2})»: `x` is described twice: its type and its values stand in one place
              r.ron:2:50 «(x:SC {host: 1})»: created here
        "#]],
    );
}

#[test]
fn a_created_edge_that_may_not_fit() {
    rule(
        r#"match: "(n:Node), (sn:SN)", create: ["(n)-[:link]->(sn)", "(sn)-[:link]->(n)"]"#,
        expect![[r#"
            error[edge-ends] r.ron:2:42 «-[:link]->»: `link` cannot lead from `SC|SN` to `SN`
              rules/types.ron:13:13 «"link"»: declared from `SC` to `SN`
            error[edge-ends] r.ron:2:64 «-[:link]->»: `link` cannot lead from `SN` to `SC|SN`
              rules/types.ron:13:13 «"link"»: declared from `SC` to `SN`
        "#]],
    );
}

#[test]
fn a_condition_in_create() {
    rule(
        r#"match: "(sc:SC)", create: ["(p:Ping {sent: 1} WHERE p.sent > 1)-[:at]->(sc)"]"#,
        expect![[r#"
            error[condition-in-create] r.ron:2:53 «p.sent > 1»: what is created has no conditions
              help: put the condition into `where`, and initial values into braces
        "#]],
    );
}

#[test]
fn a_choice_of_nothing() {
    rule(
        r#"match: "(sc:SC)-[:link]->(sn:SN)", choose: [Uniform("(sc)")]"#,
        expect![[r#"
            error[nothing-to-choose] r.ron:2:53 «"(sc)"»: this pattern has no new element to pick
              help: a condition on what is bound already stands in `where` or `then_where`
        "#]],
    );
}

#[test]
fn a_weight_that_is_no_number() {
    rule(
        r#"match: "(sc:SC)", choose: [Weighted("sn.behind_nat", of: "(sc)-[:link]->(sn)"), Max("sn = sc", of: "(sn:SN)")]"#,
        expect![[r#"
            error[unknown-attribute] r.ron:2:41 «behind_nat»: unknown attribute `behind_nat` of `SN`
              ^ not declared
              help: there are `chronos`, `host` and `bandwidth`
            error[never-same] r.ron:2:91 «sc»: `SN` and `SC` are never the same element
              r.ron:2:86 «sn»: `SN`
            error[nothing-to-choose] r.ron:2:100 «"(sn:SN)"»: this pattern has no new element to pick
              help: a condition on what is bound already stands in `where` or `then_where`
        "#]],
    );
}

#[test]
fn then_without_choose() {
    rule(
        r#"match: "(sc:SC)", then_where: "sc.host > 1""#,
        expect![[r#"
            error[then-without-choose] r.ron:2:31 «"sc.host > 1"»: `then_where` and `then_unless` check what `choose` picked, and here is no `choose`
              help: write `where` and `unless`
        "#]],
    );
}

#[test]
fn required_choices() {
    rule(
        r#"match: "(sc:SC)", choose: [Uniform("(sc)-[:link]->(sn)")], then_where: "sn.host > 1", required: true"#,
        expect![[r#"
            error[required] r.ron:2:97 «true»: `required` is not possible here: `then_where` and `then_unless` are checked after the event fired
        "#]],
    );
}

#[test]
fn now_in_a_required_choice() {
    rule(
        r#"match: "(sc:SC)", choose: [Uniform("(sc)-[:link]->(sn WHERE sn.host > now)")], required: true"#,
        expect![[r#"
            error[not-here] r.ron:2:71 «now»: `now` cannot be read in a required choice
              help: whether a match holds may not depend on time passing: `now` is for effects, `choose`, tallies and timers
        "#]],
    );
}

#[test]
fn names_of_a_for_each() {
    rule(
        r#"match: "(sc:SC)", for_each: [(match: "(sc)-[:link]->(sn)", set: ["sn.bandwidth += 1"])], set: ["sn.bandwidth = 1"]"#,
        expect![[r#"
            error[unknown-variable] r.ron:2:97 «sn»: unknown variable `sn`
              ^ not visible here
              r.ron:2:54 «sn»: `sn` belongs to a `for_each`
        "#]],
    );
}

#[test]
fn laws_of_draws() {
    rule(
        r#"match: "(sc:SC)", set: ["sc.host = draw(Uniform(0, 1))", "sc.chronos = draw(Exponential(3))", "sc.behind_nat = draw(Bernoulli(p: 2))"]"#,
        expect![[r#"
            error[wrong-type] r.ron:2:36 «draw(Uniform(0, 1))»: an Int is needed here, this is a Real
              ^ a Real
              rules/types.ron:5:72 «"host"»: `host` is declared an Int here
              help: say how to round: `floor(draw(Uniform(0, 1)))`, `ceil(draw(Uniform(0, 1)))` or `round(draw(Uniform(0, 1)))`
            error[wrong-arguments] r.ron:2:77 «Exponential»: which parameters are meant? Write `Exponential(rate: …)` or `Exponential(mean: …)`
            error[out-of-domain] r.ron:2:130 «2»: a probability must be between 0 and 1, this is 2
        "#]],
    );
}

/// Two numbers say less than their author thinks: shape and scale, or mean and standard deviation?
#[test]
fn a_draw_with_two_meanings() {
    rule(
        r#"match: "(sc:SC)", set: ["sc.chronos = draw(Gamma(2, 1))"]"#,
        expect![[r#"
            error[wrong-arguments] r.ron:2:44 «Gamma»: which parameters are meant? Write `Gamma(shape: …, scale: …)` or `Gamma(mean: …, sd: …)`
        "#]],
    );
}

#[test]
fn draws_without_law() {
    rule(
        r#"match: "(sc:SC)", set: ["sc.host = draw(3)", "sc.chronos = draw(Never())"]"#,
        expect![[r#"
            error[wrong-arguments] r.ron:2:41 «3»: `draw` needs a law, such as `draw(UniformInt(1, 6))`
            error[unknown-law] r.ron:2:65 «Never»: `Never` cannot be used in `draw`: it is for timers
        "#]],
    );
}

#[test]
fn syntax() {
    rule(
        r#"match: "(sc:SC", where: "sc.host ==", set: ["sc.host 1"], choose: [Max("1 +", of: "(a")], unless: ["(b"], create: ["c"]"#,
        expect![[r#"
            error[unbalanced-bracket] r.ron:2:9 «(»: a bracket is never closed: `)` is missing
              ^ opened here
            error[unbalanced-bracket] r.ron:2:84 «(»: a bracket is never closed: `)` is missing
              ^ opened here
            error[unexpected-token] r.ron:2:117 «c»: expected a node, `(…)`, found `c`
            error[unknown-operator] r.ron:2:34 «==»: there is no `==` in this notation
              help: write `=`
            error[unexpected-token] r.ron:2:36 «»: expected an operand, found the end of the text
            error[unexpected-token] r.ron:2:76 «»: expected an operand, found the end of the text
            error[unbalanced-bracket] r.ron:2:101 «(»: a bracket is never closed: `)` is missing
              ^ opened here
            error[unexpected-token] r.ron:2:54 «1»: expected `=`, `+=` or `-=`, found `1`
        "#]],
    );
}
