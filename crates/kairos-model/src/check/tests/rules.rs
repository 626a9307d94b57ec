//! Mistakes in rules.

use expect_test::{Expect, expect};

use super::{complete::TYPES, diagnose};

#[expect(clippy::needless_pass_by_value, reason = "`expect!` gives a value")]
fn rule(fields: &str, expected: Expect) {
    let text = format!(
        "--- r.ron\nRuleSet(include: [\"rules/types.ron\"], parameters: {{\"links\": 1}}, types: (nodes: {{\"Ghost\": (abstract: true)}}), rules: {{\"r\": (\n{fields}\n)}})\n{TYPES}"
    );
    expected.assert_eq(&diagnose(&text));
}

#[test]
fn unknown_types() {
    rule(
        r#"match: "(a:SM)-[:lnk]->(b:SN)""#,
        expect![[r#"
            error[unknown-type] r.ron:2:12 «SM»: unknown node type `SM`
              ^ not declared
              help: did you mean `SC`?
            error[unknown-type] r.ron:2:18 «lnk»: unknown edge type `lnk`
              ^ not declared
              help: did you mean `link`?
        "#]],
    );
}

#[test]
fn an_edge_type_as_node_type() {
    rule(
        r#"match: "(a:link)""#,
        expect![[r#"
            error[unknown-type] r.ron:2:12 «link»: unknown node type `link`
              ^ this is an edge type
              rules/types.ron:13:13 «"link"»: declared here
              help: there are `Ghost`, `Node`, `Ping`, `RS`, `SC`, `SN` and `Voice`
        "#]],
    );
}

#[test]
fn an_edge_that_cannot_connect() {
    rule(
        r#"match: "(a:SN)-[:link]->(b:SC)""#,
        expect![[r#"
            error[edge-ends] r.ron:2:15 «-[:link]->»: `link` cannot lead from `SN` to `SC`
              rules/types.ron:13:13 «"link"»: declared from `SC` to `SN`
              help: it fits the other way round: write `<-[:link]-`
        "#]],
    );
}

#[test]
fn an_undirected_type_with_an_arrow() {
    rule(
        r#"match: "(a:SN)-[:overlay]->(b:SN)""#,
        expect![[r#"
            error[edge-direction] r.ron:2:18 «overlay»: `overlay` has no direction
              rules/types.ron:14:13 «"overlay"»: declared here
              help: write `~[:overlay]~`
        "#]],
    );
}

#[test]
fn a_directed_type_without_arrow() {
    rule(
        r#"match: "(a:SC)~[:link]~(b:SN)""#,
        expect![[r#"
            error[edge-direction] r.ron:2:18 «link»: `link` has a direction
              rules/types.ron:13:13 «"link"»: declared here
              help: write `-[:link]->` or `<-[:link]-`
        "#]],
    );
}

#[test]
fn no_edge_type_fits() {
    rule(
        r#"match: "(a:RS)-[]->(b:RS)""#,
        expect![[r#"
            error[edge-ends] r.ron:2:15 «-[]->»: no edge type leads from `RS` to `RS`
        "#]],
    );
}

#[test]
fn a_variable_as_node_and_edge() {
    rule(
        r#"match: "(a:SC)-[a:link]->(b:SN)""#,
        expect![[r#"
            error[node-and-edge] r.ron:2:17 «a»: `a` is a node and cannot be used as an edge
              r.ron:2:9 «(a:SC)»: bound here
              help: take another name for the edge
        "#]],
    );
}

#[test]
fn an_edge_as_node() {
    rule(
        r#"match: "(a:SC)-[e:link]->(b:SN), (e)-[:link]->(b)""#,
        expect![[r#"
            error[node-and-edge] r.ron:2:35 «e»: `e` is an edge and cannot be used as a node
              r.ron:2:15 «-[e:link]->»: bound to an edge here
        "#]],
    );
}

#[test]
fn an_edge_bound_twice() {
    rule(
        r#"match: "(a:SC)-[e:link]->(b:SN), (c:SC)-[e:link]->(b)""#,
        expect![[r#"
            error[node-and-edge] r.ron:2:42 «e»: `e` is bound already: a variable names one edge
              r.ron:2:15 «-[e:link]->»: bound here
              help: take another name, or leave it out
        "#]],
    );
}

#[test]
fn a_second_type_for_a_variable() {
    rule(
        r#"match: "(a:SC), (a:SN)""#,
        expect![[r#"
            error[type-repeated] r.ron:2:20 «SN»: `a` is bound already, with another type
              ^ a second type for one variable
              r.ron:2:9 «(a:SC)»: it is a `SC` here
              help: write `(a)`, or take another name for another node
        "#]],
    );
}

#[test]
fn a_second_type_in_a_sub_pattern() {
    rule(
        r#"match: "(a:Node)", where: "EXISTS { (a:SC)-[:link]->(:SN) }""#,
        expect![[r#"
            error[type-repeated] r.ron:2:40 «SC»: `a` is bound already, with another type
              ^ a second type for one variable
              r.ron:2:9 «(a:Node)»: it is a `SC|SN` here
              help: write `(a)`, or take another name for another node
        "#]],
    );
}

#[test]
fn an_abstract_type_without_subtypes() {
    rule(
        r#"match: "(a:Ghost)""#,
        expect![[r#"
            error[no-concrete-type] r.ron:2:12 «Ghost»: no node can have the type `Ghost`: it is abstract and nothing extends it
        "#]],
    );
}

#[test]
fn a_reserved_name() {
    rule(
        r#"match: "(now:SC)""#,
        expect![[r#"
            error[reserved-name] r.ron:2:10 «now»: `now` cannot name an element: expressions read it as something else
        "#]],
    );
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
fn a_silent_symmetry() {
    rule(
        r#"match: "(a:SC), (b:SC)", where: "a.host = b.host", set: ["a.chronos = 1"]"#,
        expect![[r#"
            warning[symmetric-pattern] r.ron:1:118 «"r"»: the pattern of `r` is the same when `a` and `b` change places: each occurrence is 2 events
              help: write `symmetric: true` for one event per occurrence, or `symmetric: false` if this is meant
        "#]],
    );
}

#[test]
fn a_symmetric_pattern_with_an_asymmetric_effect() {
    rule(
        r#"match: "(a:SN)~[:overlay]~(b:SN)", symmetric: true, set: ["a.chronos = 1"]"#,
        expect![[r#"
            error[symmetric] r.ron:2:47 «true»: `symmetric: true` is not possible: the effect changes when `a` and `b` change places
              r.ron:1:118 «"r"»: of this rule
              help: write `symmetric: false`: then every embedding is an event of its own
        "#]],
    );
}

#[test]
fn a_symmetric_pattern_with_an_asymmetric_guard() {
    rule(
        r#"match: "(a:SN), (b:SN)", symmetric: true, where: "id(a) < id(b)""#,
        expect![[r#"
            error[symmetric] r.ron:2:37 «true»: `symmetric: true` is not possible: the guard changes when `a` and `b` change places
              r.ron:1:118 «"r"»: of this rule
              help: write `symmetric: false`: then every embedding is an event of its own
        "#]],
    );
}

#[test]
fn a_nac_of_its_own_match() {
    rule(
        r#"match: "(sn:SN)", unless: ["(x:SN)"]"#,
        expect![[r#"
            warning[never-fires] r.ron:2:29 «(x:SN)»: `r` can never fire: its own match fulfils this negative condition
              help: a node of a sub-pattern may be a node of the match; for another one write `WHERE other <> …`
        "#]],
    );
}

#[test]
fn a_nac_of_its_own_match_with_a_condition() {
    rule(
        r#"match: "(sn:SN WHERE sn.host > 3)", unless: ["(x:Node WHERE x.host > 3)"]"#,
        expect![[r#"
            warning[never-fires] r.ron:2:47 «(x:Node WHERE x.host > 3)»: `r` can never fire: its own match fulfils this negative condition
              help: a node of a sub-pattern may be a node of the match; for another one write `WHERE other <> …`
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

#[test]
fn symmetric_up_to_the_order_of_what_has_none() {
    rule(
        r#"match: "(a:SN)~[:overlay]~(b:SN)", symmetric: true, where: "a.host = b.host AND a.host + b.host > 3", unless: ["(a)<-[:link]-(c)-[:link]->(b)"], create: ["(p:Ping {sent: 1})-[:at]->(a)", "(p)-[:at]->(b)"], set: ["a.host = b.host", "b.host = a.host"], for_each: [(match: "(a)~[:overlay]~(x)~[:overlay]~(b)", set: ["x.host += 1"])]"#,
        expect![[""]],
    );
}

#[test]
fn a_nac_that_can_hold() {
    rule(
        r#"match: "(sn:SN)", unless: ["(x:SN WHERE x <> sn)", "(x:SN WHERE x.host > 3)", "(sn)<-[:link]-()"]"#,
        expect![[""]],
    );
}

#[test]
fn a_large_pattern() {
    rule(
        r#"match: "(:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC)""#,
        expect![[""]],
    );
}

#[test]
fn a_type_narrowed_by_an_edge_and_repeated() {
    rule(
        r#"match: "(a)-[:link]->(b), (a:SC)", choose: [Uniform("(a:SC)-[:tried]->(x)")]"#,
        expect![[""]],
    );
}

/// An edge that leads back to its node needs a type that can be both its ends.
#[test]
fn a_loop_of_an_edge_with_unlike_ends() {
    let types = r#"types: (nodes: {"A": (), "B": (), "C": ()}, edges: {"e": (from: "B", to: "A|B"), "f": (from: "A", to: "B")})"#;
    let diagnosed = |pattern: &str| {
        let rules = format!(r#"rules: {{"r": (match: "{pattern}")}}"#);
        diagnose(&format!("--- r.ron\nRuleSet({types}, {rules})"))
    };
    for fits in ["(b:A|B)-[:e]->(b)", "(b)-[:e]->(b)", "(b:B)-[:e]->(b)"] {
        assert!(!diagnosed(fits).contains("error"), "{}", diagnosed(fits));
    }
    for fails in ["(a:A)-[:e]->(a)", "(c)-[:f]->(c)", "(c:C)-[]->(c)"] {
        let text = diagnosed(fails);
        assert!(text.contains("error[edge-ends]"), "{fails}: {text}");
    }
}
