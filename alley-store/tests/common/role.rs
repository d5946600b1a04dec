//! A user of the server with few rights, who goes with the guard.

use crate::server::Server;

/// May log in, and what everybody may.
#[derive(Debug)]
pub(crate) struct Role {
    name: String,
    server: Server,
}

impl Role {
    pub(crate) fn new(server: &Server, name: &str) -> Self {
        let role = Self { name: name.to_owned(), server: server.clone() };
        role.ask(&format!("CREATE ROLE {name} LOGIN"));
        role
    }

    /// What connects as this user.
    pub(crate) fn url(&self) -> String {
        self.server.url().replacen("://postgres@", &format!("://{}@", self.name), 1)
    }

    /// Gives it a right, as behind `GRANT`.
    pub(crate) fn grant(&self, right: &str) {
        self.ask(&format!("GRANT {right} TO {}", self.name));
    }

    /// `SET` or `RESET` of what its next sessions begin with.
    pub(crate) fn alter(&self, what: &str) {
        self.ask(&format!("ALTER ROLE {} {what}", self.name));
    }

    fn ask(&self, text: &str) {
        self.server.number(text).unwrap();
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        // What it owns and what it may, then itself.
        let name = &self.name;
        drop(self.server.number(&format!("DROP OWNED BY {name} CASCADE; DROP ROLE {name}")));
    }
}
