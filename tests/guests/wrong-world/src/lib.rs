//! A sound component that exports something else than a scorer.

/// The generated guest side.
#[allow(missing_docs, unsafe_code)]
mod greeting {
    wit_bindgen::generate!({
        inline: "
            package test:greeting@1.0.0;
            interface greeter { greet: func() -> string; }
            world polite { export greeter; }
        ",
    });

    struct Polite;

    impl exports::test::greeting::greeter::Guest for Polite {
        fn greet() -> String {
            "good morning".to_owned()
        }
    }

    #[cfg(target_family = "wasm")]
    export!(Polite);
    #[cfg(not(target_family = "wasm"))]
    const _: fn() -> String = <Polite as exports::test::greeting::greeter::Guest>::greet;
}
