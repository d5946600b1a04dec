//! Exports of an account, a person and a tenant.

use alley_privacy::export::ExportOf;
use pollster::block_on;

use crate::house::{account, house, settle_in};
use crate::rows::{Folder, Note, Paper, Tenant, tenant};

#[test]
fn an_account_export_opens_what_is_sealed_and_never_shows_a_secret() {
    block_on(async {
        let house = house();
        settle_in(&house).await;
        let export = house.privacy.export();
        let mut output = Vec::new();
        let summary = export.write(&ExportOf::Account(account()), &mut output).await.unwrap();
        let text = String::from_utf8(output.clone()).unwrap();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["schema"], "alley.subject-export/1");
        let records = document["records"].as_array().unwrap();
        let account = records.iter().find(|record| record["type"] == "account").unwrap();
        assert_eq!(account["data"]["email"], "anna@example.com");
        assert_eq!(records.iter().filter(|record| record["type"] == "session").count(), 2);
        assert_eq!(text.matches("anna@example.com").count(), 1, "the TOTP secret is the same text");
        let omitted = document["omitted"].as_array().unwrap();
        assert!(
            omitted
                .iter()
                .any(|line| line["type"] == "totp_credential" && line["reason"] == "described")
        );
        assert!(
            document["answered_by_others"]
                .as_array()
                .unwrap()
                .iter()
                .any(|e| e == "connected.order")
        );
        let mut again = Vec::new();
        let _ = export.write(&ExportOf::Account(self::account()), &mut again).await.unwrap();
        assert_eq!(output, again);
        assert!(export.readme(&summary).contains("session: 2 rows"));
    });
}

#[test]
fn the_export_of_a_creator_holds_only_that_creator_and_what_hangs_on_them() {
    block_on(async {
        let house = house();
        let (one, two) = (tenant(1), tenant(2));
        for (tenant_id, id, person) in [(one, "a", "anna"), (one, "b", "ben"), (two, "c", "anna")] {
            let (id, person) = (id.to_owned(), Some(person.to_owned()));
            house.insert(Folder { tenant_id, id, person }).await;
        }
        for (id, folder) in [("1", "a"), ("2", "b")] {
            let (id, folder) = (id.to_owned(), folder.to_owned());
            house
                .insert(Paper { tenant_id: one, id, folder, other: None, text: "text".to_owned() })
                .await;
        }
        let folder = Some("a".to_owned());
        house.insert(Note { tenant_id: one, id: "n".to_owned(), paper: None, folder }).await;
        let (kind, reference) = ("creator".to_owned(), "anna".to_owned());
        let of = ExportOf::Person { tenant: one, kind, reference };
        let mut output = Vec::new();
        let _ = house.privacy.export().write(&of, &mut output).await.unwrap();
        let document: serde_json::Value = serde_json::from_slice(&output).unwrap();
        let found: Vec<(&str, &str)> = document["records"]
            .as_array()
            .unwrap()
            .iter()
            .map(|record| (record["type"].as_str().unwrap(), record["key"].as_str().unwrap()))
            .collect();
        assert_eq!(found, [("folder", "a"), ("paper", "1")]);
    });
}

#[test]
fn a_tenant_export_holds_what_it_owns_and_no_data_of_buyers_beyond_it() {
    block_on(async {
        let house = house();
        for number in [1, 2] {
            let (tenant_id, id) = (tenant(number), "f".to_owned());
            house.insert(Tenant { tenant_id, number: Some(number.to_string()) }).await;
            house.insert(Folder { tenant_id, id: id.clone(), person: None }).await;
            let text = format!("text of {number}");
            house.insert(Paper { tenant_id, id, folder: "f".to_owned(), other: None, text }).await;
        }
        let mut output = Vec::new();
        let of = ExportOf::Tenant(tenant(1));
        let summary = house.privacy.export().write(&of, &mut output).await.unwrap();
        let text = String::from_utf8(output).unwrap();
        assert!(text.contains("text of 1") && !text.contains("text of 2"));
        assert_eq!(summary.counts.iter().map(|count| count.rows).sum::<u64>(), 3);
    });
}
