//! Which database holds which organisation: a file that every host reads.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::postgres::{Listen, Part, PostgresOptions};
use crate::config::variable;
use crate::ids::hex;

/// The databases, and the organisations that have a place of their own. All others are spread by rendezvous hashing, so that
/// of `n` databases a further one takes one in `n + 1` organisations from the others, and moves none between those.
#[derive(Debug)]
pub(crate) struct ShardMap {
    names: Vec<String>,
    /// The places of the organisations that are named.
    of_their_own: BTreeMap<String, usize>,
    addresses: Vec<(String, Listen)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    databases: Vec<FileDatabase>,
    #[serde(default)]
    organisations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileDatabase {
    name: String,
    url: Option<String>,
    /// The variable that holds the address, which has a password as a rule.
    url_variable: Option<String>,
    listen_url: Option<String>,
}

impl ShardMap {
    /// Reads the file. The error is one sentence for people.
    pub(crate) fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("cannot read the shard map {}: {error}", file.display()))?;
        Self::parse(&text).map_err(|problem| format!("the shard map {}: {problem}", file.display()))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let file: File = serde_yaml_ng::from_str(text).map_err(|error| error.to_string())?;
        let names: Vec<String> = file.databases.iter().map(|database| database.name.clone()).collect();
        let mut seen = BTreeSet::new();
        if names.is_empty() {
            return Err("it names no database".to_owned());
        }
        if let Some(name) = names.iter().find(|name| name.is_empty() || !seen.insert(*name)) {
            return Err(format!("the database name `{name}` is empty or stands twice"));
        }
        let place = |(org_id, name): (String, String)| match names.iter().position(|known| *known == name) {
            Some(place) => Ok((org_id, place)),
            None => {
                Err(format!("the organisation `{org_id}` is said to be in `{name}`, which is no database"))
            }
        };
        let of_their_own = file.organisations.into_iter().map(place).collect::<Result<_, _>>()?;
        let addresses = file.databases.into_iter().map(FileDatabase::address).collect::<Result<_, _>>()?;
        Ok(Self { names, of_their_own, addresses })
    }

    /// How each database is opened.
    pub(super) fn options(map: &Arc<Self>) -> Vec<PostgresOptions> {
        let opened = |(place, (url, listen)): (usize, &(String, Listen))| PostgresOptions {
            url: url.clone(),
            listen: listen.clone(),
            part: Some(Part { map: Arc::clone(map), place }),
        };
        map.addresses.iter().enumerate().map(opened).collect()
    }

    /// What a database is called.
    pub(super) fn name(&self, place: usize) -> &str {
        &self.names[place]
    }

    /// Where an organisation is. It is the same on every host, in every version, and whatever the order of the databases.
    pub(super) fn place(&self, org_id: &str) -> usize {
        if let Some(place) = self.of_their_own.get(org_id) {
            return *place;
        }
        let weight = |name: &String| {
            let mut hash = Sha256::new_with_prefix("dashclaw shard");
            for word in [name, org_id] {
                hash.update(u64::try_from(word.len()).unwrap_or(u64::MAX).to_be_bytes());
                hash.update(word);
            }
            <[u8; 32]>::from(hash.finalize())
        };
        let heaviest = self.names.iter().enumerate().max_by_key(|(_, name)| weight(name));
        heaviest.map_or(0, |(place, _)| place)
    }

    /// What tells this map from every other that puts organisations elsewhere.
    pub(super) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let names: BTreeSet<&String> = self.names.iter().collect();
        let places: BTreeMap<_, _> =
            self.of_their_own.iter().map(|(org_id, place)| (org_id, &self.names[*place])).collect();
        hash.update(serde_json::json!([self.names[0], names, places]).to_string());
        hex(&hash.finalize()[..16])
    }
}

impl FileDatabase {
    fn address(self) -> Result<(String, Listen), String> {
        let url = match (self.url, self.url_variable) {
            (Some(url), None) => url,
            (None, Some(name)) => variable(&name)
                .ok_or_else(|| format!("the variable {name}, which `{}` needs, is not set", self.name))?,
            _ => return Err(format!("`{}` needs either `url` or `url_variable`", self.name)),
        };
        let listen = match self.listen_url.as_deref() {
            None => Listen::Same,
            Some("off") => Listen::Never,
            Some(url) => Listen::At(url.to_owned()),
        };
        Ok((url, listen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(names: &[&str], organisations: &str) -> ShardMap {
        let databases: Vec<_> =
            names.iter().map(|name| format!("{{name: {name}, url: 'postgres://h/{name}'}}")).collect();
        let databases = databases.join(", ");
        ShardMap::parse(&format!("databases: [{databases}]\norganisations: {organisations}")).unwrap()
    }

    fn name_of<'m>(map: &'m ShardMap, org_id: &str) -> &'m str {
        map.name(map.place(org_id))
    }

    #[test]
    fn organisations_are_spread_evenly_and_a_further_database_moves_few() {
        let orgs: Vec<String> = (0..10_000).map(|n| format!("org_{n}")).collect();
        let (four, five) = (map(&["a", "b", "c", "d"], "{}"), map(&["e", "d", "c", "b", "a"], "{}"));
        for name in ["a", "b", "c", "d"] {
            let count = orgs.iter().filter(|org| name_of(&four, org) == name).count();
            assert!((2_300..2_700).contains(&count), "{name}: {count}");
        }
        let moved: Vec<_> = orgs.iter().filter(|org| name_of(&four, org) != name_of(&five, org)).collect();
        assert!(moved.iter().all(|org| name_of(&five, org) == "e") && (1_800..2_200).contains(&moved.len()));
        // Hosts of different versions must agree on it.
        assert_eq!(["org_default", "o", ""].map(|org| name_of(&four, org)), ["d", "c", "a"]);
    }

    #[test]
    fn an_organisation_that_is_named_has_its_place() {
        let spread = map(&["a", "b"], "{}");
        let other = if name_of(&spread, "o") == "a" { "b" } else { "a" };
        let named = map(&["a", "b"], &format!("{{o: {other}}}"));
        assert_eq!(name_of(&named, "o"), other);
        assert_eq!(spread.digest(), map(&["a", "b"], "{}").digest());
        assert_ne!(spread.digest(), named.digest());
        assert_ne!(map(&["a", "b", "c"], "{}").digest(), spread.digest());
        // The first is the home, and the order of the others is nothing.
        assert_ne!(map(&["b", "a"], "{}").digest(), spread.digest());
        assert_eq!(map(&["a", "b", "c"], "{}").digest(), map(&["a", "c", "b"], "{}").digest());
    }

    #[test]
    fn a_mistake_is_one_sentence() {
        for (text, problem) in [
            ("databases: []", "it names no database"),
            ("databases: [{name: a, url: x}, {name: a, url: y}]", "`a` is empty or stands twice"),
            ("databases: [{name: a}]", "`a` needs either `url` or `url_variable`"),
            ("databases: [{name: a, url: x, url_variable: Y}]", "needs either"),
            ("databases: [{name: a, url_variable: DASHCLAW_NOT_SET}]", "DASHCLAW_NOT_SET"),
            ("databases: [{name: a, url: x}]\norganisations: {o: b}", "`b`, which is no database"),
            ("databases: [{name: a, url: x, weight: 2}]", "unknown field `weight`"),
            ("", "missing field"),
        ] {
            let told = ShardMap::parse(text).unwrap_err();
            assert!(told.contains(problem) && !told.contains('\n'), "{text}: {told}");
        }
    }
}
