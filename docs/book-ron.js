// RON is coloured like Rust, which it was taken from: mdBook's highlighter does not know it by its own name.
hljs.registerAliases("ron", { languageName: "rust" });
document.querySelectorAll("code.language-ron").forEach((block) => hljs.highlightBlock(block));
