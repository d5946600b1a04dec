-- What tells a webhook that came again from one that came with another content.

ALTER TABLE "{prefix}tiktok_tiktok_inbox_event" ADD COLUMN "payload_hash" {bytes};
