-- What tells an event that came again from one that came with another content.

ALTER TABLE "{prefix}billing_billing_inbox_event" ADD COLUMN "payload_hash" {bytes};
