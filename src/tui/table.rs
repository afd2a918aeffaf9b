//! The tables of screens and overlays: a line for each.

/// Declares a struct with a field for each entry, and access to all of them through their trait.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident: dyn $seam:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type),*
        }

        impl $name {
            /// How many there are.
            pub const COUNT: usize = [$(stringify!($field)),*].len();

            /// All, in the order of the table.
            pub fn all(&self) -> [&dyn $seam; Self::COUNT] {
                [$(&self.$field),*]
            }

            /// All, in the order of the table.
            pub(crate) fn all_mut(&mut self) -> [&mut dyn $seam; Self::COUNT] {
                [$(&mut self.$field),*]
            }
        }
    };
}

pub(crate) use table;
