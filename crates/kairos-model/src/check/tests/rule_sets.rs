//! Mistakes in rule sets: what they include and declare.

use expect_test::expect;

use super::models::whole;

#[test]
fn an_include_cycle() {
    whole(
        r#"--- a.ron
RuleSet(include: ["b.ron"])
--- b.ron
RuleSet(include: ["a.ron"])
"#,
        expect![[r#"
            error[include-cycle] b.ron:1:19 «"a.ron"»: rule sets include each other: a.ron → b.ron → a.ron
              ^ closes the cycle
              help: move what both need into a file of its own and include that one
        "#]],
    );
}

#[test]
fn a_missing_include() {
    whole(
        r#"--- a.ron
RuleSet(include: ["b.ron"], rules: {"r": (match: "(x:Nix)")})
"#,
        expect![[r#"
            error[unreadable-file] a.ron:1:19 «"b.ron"»: cannot read `b.ron`: there is no such file
              help: did you mean `a.ron`?
        "#]],
    );
}

#[test]
fn a_diamond_include() {
    whole(
        r#"--- a.ron
RuleSet(include: ["b.ron", "c.ron"], rules: {"r": (match: "(x:X)")})
--- b.ron
RuleSet(include: ["d.ron"])
--- c.ron
RuleSet(include: ["d.ron"])
--- d.ron
RuleSet(types: (nodes: {"X": ()}))
"#,
        expect![[""]],
    );
}

#[test]
fn duplicates_between_files() {
    whole(
        r#"--- a.ron
RuleSet(include: ["b.ron"], types: (nodes: {"X": ()}), parameters: {"k": 1}, rules: {"r": (match: "(:X)")})
--- b.ron
RuleSet(types: (nodes: {"X": ()}), parameters: {"k": 2}, rules: {"r": (match: "(:X)")})
"#,
        expect![[r#"
            error[duplicate-name] a.ron:1:45 «"X"»: node type `X` is declared twice
              ^ declared again
              b.ron:1:25 «"X"»: first declared here
            error[duplicate-name] a.ron:1:69 «"k"»: parameter `k` is declared twice
              ^ declared again
              b.ron:1:49 «"k"»: first declared here
            error[duplicate-name] a.ron:1:86 «"r"»: rule `r` is declared twice
              ^ declared again
              b.ron:1:66 «"r"»: first declared here
        "#]],
    );
}

#[test]
fn mistakes_of_types() {
    whole(
        r#"--- a.ron
RuleSet(types: (nodes: {
"A": (is: "B"), "B": (is: "A"), "C": (is: "Dee"), "D": (attributes: {"x": Int}), "E": (is: "D", attributes: {"x": Real, "e": Enum("Sta")}), "F G": ()},
edges: {"e": (from: "D", to: "Q")}, enumerations: {"State": ["on", "on"], "None": []}))
"#,
        expect![[r#"
            error[duplicate-name] a.ron:3:68 «"on"»: value of `State` `on` is declared twice
              ^ declared again
              a.ron:3:62 «"on"»: first declared here
            error[empty-enumeration] a.ron:3:75 «"None"»: the enumeration `None` has no values
            error[bad-name] a.ron:2:141 «"F G"»: `F G` cannot be the name of a node type
              ^ letters, digits and `_`, no digit first
            error[unknown-type] a.ron:2:43 «"Dee"»: unknown node type `Dee`
              ^ not declared
              help: there are `A`, `B`, `C`, `D` and `E`
            error[inheritance-cycle] a.ron:2:11 «"B"»: node types extend each other: A → B → A
              ^ closes the cycle
              a.ron:2:27 «"A"»: which extends `A`
            error[duplicate-name] a.ron:2:110 «"x"»: attribute `x` is declared twice
              ^ declared again
              a.ron:2:70 «"x"»: first declared here
            error[unknown-type] a.ron:2:131 «"Sta"»: unknown enumeration `Sta`
              ^ not declared
              help: there are `None` and `State`
            error[unknown-type] a.ron:3:31 «Q»: unknown node type `Q`
              ^ not declared
              help: there are `A`, `B`, `C`, `D` and `E`
        "#]],
    );
}

#[test]
fn unresolved_declarations_are_not_judged_further() {
    whole(
        r#"--- a.ron
RuleSet(types: (nodes: {"C": (is: "Dee"), "D": ()}, edges: {"e": (from: "C", to: "Q")}), rules: {"r": (match: "(c:C)-[e:e]->(d:D)", where: "c.x > e.y", set: ["c.z = 1"])})
"#,
        expect![[r#"
            error[unknown-type] a.ron:1:35 «"Dee"»: unknown node type `Dee`
              ^ not declared
              help: there are `C` and `D`
            error[unknown-type] a.ron:1:83 «Q»: unknown node type `Q`
              ^ not declared
              help: there are `C` and `D`
        "#]],
    );
}
