//! The sources of the crate as files: definitions of each, and arrows between them.
//!
//! # What counts as an arrow
//! File A has an arrow to file B where A's product code names something that B defines: by a `use` line, or by a path
//! (`crate::a::b`, `super::b`, `self::b`, `b::c`) anywhere in it, macros included.
//! - A name that is handed on by `pub use` belongs to the file that defines it, however many files hand it on. So a `mod.rs`
//!   that only re-exports its children has no arrows and gets none.
//! - Neither `mod b;` nor a `pub use` that is not used in its own file is an arrow.
//! - Code under `#[cfg(test)]` and comments are not read. Methods are not followed: a call on a value needs no name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, ItemUse, UseTree, Visibility};

/// Limit for chains of re-exports: only a circle is longer.
const MOST_STEPS: usize = 32;

/// A path of modules from the root of the crate.
type ModulePath = Vec<String>;

/// A module: a file, or an inline module of one.
#[derive(Default)]
struct Module {
    file: PathBuf,
    /// items defined in it
    defined: BTreeSet<String>,
    /// child modules
    children: BTreeSet<String>,
    /// name in scope, and its path
    imported: BTreeMap<String, ModulePath>,
    /// paths of glob imports
    globs: Vec<ModulePath>,
    /// paths named in it
    paths: Vec<ModulePath>,
    /// structs, enums, traits, unions and type aliases
    types: Vec<String>,
}

/// The crate's product code.
pub(crate) struct Source {
    modules: BTreeMap<ModulePath, Module>,
}

/// The folder of the sources.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

impl Source {
    /// Reads `src/lib.rs` and all its modules, tests apart.
    pub(crate) fn read() -> Self {
        let mut source = Self { modules: BTreeMap::new() };
        source.read_file(Vec::new(), PathBuf::from("lib.rs"));
        source
    }

    fn read_file(&mut self, path: ModulePath, file: PathBuf) {
        let text = fs::read_to_string(folder().join(&file)).unwrap();
        let items =
            syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display())).items;
        self.read_items(path, &file, items);
    }

    fn read_items(&mut self, path: ModulePath, file: &Path, items: Vec<Item>) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        let (mut handed_on, mut idents) = (Vec::new(), BTreeSet::new());
        for item in items {
            match item {
                item if is_of_tests(attributes(&item)) => {}
                Item::Mod(child) => {
                    let name = child.ident.to_string();
                    let inside = [path.clone(), vec![name.clone()]].concat();
                    module.children.insert(name.clone());
                    match child.content {
                        Some((_, items)) => self.read_items(inside, file, items),
                        None => self.read_file(inside, file_of(file, &name)),
                    }
                }
                Item::Use(ItemUse { tree, vis, .. }) => {
                    let is_private = matches!(vis, Visibility::Inherited);
                    let mut leaves = Vec::new();
                    flatten(&tree, &mut Vec::new(), &mut leaves);
                    for (name, target) in leaves {
                        match name {
                            None => module.globs.push(target),
                            Some(name) => {
                                if is_private {
                                    module.paths.push(target.clone());
                                } else {
                                    handed_on.push((name.clone(), target.clone()));
                                }
                                module.imported.insert(name, target);
                            }
                        }
                    }
                }
                item => {
                    if let Some(name) = type_name(&item) {
                        module.types.push(name);
                    }
                    module.defined.extend(name_of(&item));
                    paths_in(item.to_token_stream(), &mut module.paths, &mut idents);
                }
            }
        }
        // Re-exports with a use in the same file.
        module
            .paths
            .extend(handed_on.into_iter().filter(|(name, _)| idents.contains(name)).map(|(_, path)| path));
        self.modules.insert(path, module);
    }

    /// Types defined in more than one file, with the files. One file may have a type for each system.
    pub(crate) fn types_defined_twice(&self) -> BTreeMap<&str, BTreeSet<&Path>> {
        let mut all = BTreeMap::<&str, BTreeSet<&Path>>::new();
        for module in self.modules.values() {
            for name in &module.types {
                all.entry(name).or_default().insert(&module.file);
            }
        }
        all.retain(|_, files| files.len() > 1);
        all
    }

    /// Number of types.
    pub(crate) fn type_count(&self) -> usize {
        self.modules.values().map(|module| module.types.len()).sum()
    }

    /// From each file to the files used by it.
    pub(crate) fn arrows(&self) -> BTreeMap<&Path, BTreeSet<&Path>> {
        let mut arrows = BTreeMap::<&Path, BTreeSet<&Path>>::new();
        for (at, module) in &self.modules {
            let used = arrows.entry(&module.file).or_default();
            let found = module.paths.iter().filter_map(|path| self.file_defining(at, path, MOST_STEPS));
            used.extend(found.filter(|file| *file != module.file));
        }
        arrows
    }

    /// The file that defines what `path` means in the module `at`; `None` for other crates, local names and modules.
    fn file_defining(&self, at: &[String], path: &[String], steps: usize) -> Option<&Path> {
        let steps = steps.checked_sub(1)?;
        let (mut at, mut rest) = (at.to_vec(), path);
        while let [first, after @ ..] = rest {
            match first.as_str() {
                "crate" => at.clear(),
                "super" => {
                    at.pop()?;
                }
                "self" => {}
                _ => break,
            }
            rest = after;
        }
        let [name, after @ ..] = rest else { return None };
        let module = self.modules.get(&at)?;
        if module.children.contains(name) {
            let child = [at.as_slice(), std::slice::from_ref(name)].concat();
            return self.file_defining(&child, after, steps);
        }
        if module.defined.contains(name) {
            return Some(&module.file);
        }
        if let Some(target) = module.imported.get(name) {
            // `use name::name` of another crate means itself.
            let target = [target.as_slice(), after].concat();
            return (target != path).then(|| self.file_defining(&at, &target, steps)).flatten();
        }
        module.globs.iter().find_map(|glob| {
            let target = [glob.as_slice(), rest].concat();
            self.file_defining(&at, &target, steps)
        })
    }
}

/// The circles of a graph: its strongly connected components of more than one file.
pub(crate) fn circles<'a>(arrows: &BTreeMap<&'a Path, BTreeSet<&'a Path>>) -> BTreeSet<BTreeSet<&'a Path>> {
    let reached: BTreeMap<&Path, BTreeSet<&Path>> = arrows
        .keys()
        .map(|&start| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
            while let Some(file) = open.pop() {
                open.extend(arrows.get(file).into_iter().flatten().filter(|&&next| seen.insert(next)));
            }
            (start, seen)
        })
        .collect();
    let circle = |start: &&'a Path| {
        reached[start].iter().copied().filter(|&file| reached[file].contains(start)).collect::<BTreeSet<_>>()
    };
    arrows.keys().map(circle).filter(|circle| circle.len() > 1).collect()
}

/// The file of a child module declared in `parent`.
fn file_of(parent: &Path, name: &str) -> PathBuf {
    let is_root = ["lib.rs", "mod.rs"].iter().any(|root| parent.ends_with(root));
    let folder = if is_root { parent.parent().unwrap().to_owned() } else { parent.with_extension("") };
    let (file, root) = (folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs"));
    if self::folder().join(&file).exists() { file } else { root }
}

/// Whether an item is only there for tests.
fn is_of_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = attribute.to_token_stream().to_string().replace(' ', "");
        text == "#[test]" || text.starts_with("#[cfg(test") || text.starts_with("#[cfg(all(test")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn type_name(item: &Item) -> Option<String> {
    match item {
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Trait(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        Item::Union(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

fn name_of(item: &Item) -> Option<String> {
    match item {
        Item::Const(item) => Some(item.ident.to_string()),
        Item::Fn(item) => Some(item.sig.ident.to_string()),
        Item::Macro(item) => item.ident.as_ref().map(ToString::to_string),
        Item::Static(item) => Some(item.ident.to_string()),
        item => type_name(item),
    }
}

/// The names brought into scope by a `use`, and their paths; a glob has no name.
fn flatten(tree: &UseTree, before: &mut ModulePath, leaves: &mut Vec<(Option<String>, ModulePath)>) {
    let with = |name: &dyn ToString| [before.as_slice(), &[name.to_string()]].concat();
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, leaves);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => leaves.push((before.last().cloned(), before.clone())),
        UseTree::Name(name) => leaves.push((Some(name.ident.to_string()), with(&name.ident))),
        UseTree::Rename(rename) if rename.ident == "self" => {
            leaves.push((Some(rename.rename.to_string()), before.clone()));
        }
        UseTree::Rename(rename) => leaves.push((Some(rename.rename.to_string()), with(&rename.ident))),
        UseTree::Glob(_) => leaves.push((None, before.clone())),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, leaves)),
    }
}

/// Paths of two names or more in some code, and all names in it. `use` lines inside functions count, with their groups.
fn paths_in(tokens: TokenStream, paths: &mut Vec<ModulePath>, idents: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_colon =
        |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(ident) if ident == "use" => {
                let end = tokens[at..].iter().position(|token| token.to_string() == ";").unwrap() + at;
                let line: TokenStream = tokens[at..=end].iter().cloned().collect();
                let line: ItemUse = syn::parse2(line).unwrap();
                let mut leaves = Vec::new();
                flatten(&line.tree, &mut Vec::new(), &mut leaves);
                paths.extend(leaves.into_iter().map(|(_, path)| path));
                at = end;
            }
            TokenTree::Ident(first) => {
                idents.insert(first.to_string());
                let mut path = vec![first.to_string()];
                while is_colon(at + 1) && is_colon(at + 2) {
                    let Some(TokenTree::Ident(next)) = tokens.get(at + 3) else { break };
                    path.push(next.to_string());
                    at += 3;
                }
                if path.len() > 1 {
                    paths.push(path);
                }
            }
            TokenTree::Group(group) => paths_in(group.stream(), paths, idents),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        at += 1;
    }
}
