SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE SCHEMA alley_fixture;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE alley_fixture.alley_billing_billing_checkout (
    tenant_id uuid NOT NULL,
    creation_key text NOT NULL COLLATE pg_catalog."C",
    request bytea NOT NULL,
    session_id text COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_billing_billing_customer (
    tenant_id uuid NOT NULL,
    stripe_customer_id text COLLATE pg_catalog."C",
    livemode bigint NOT NULL,
    created_at bigint NOT NULL,
    creation_key text NOT NULL COLLATE pg_catalog."C",
    creation_key_at bigint NOT NULL,
    synced_at bigint,
    review_at bigint,
    entitled bigint NOT NULL,
    ended_at bigint,
    closing_at bigint,
    remote_deleted_at bigint,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_billing_billing_inbox_event (
    event_id text NOT NULL COLLATE pg_catalog."C",
    tenant_id uuid,
    kind text NOT NULL COLLATE pg_catalog."C",
    object_id text COLLATE pg_catalog."C",
    stripe_customer_id text COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    received_at bigint NOT NULL,
    api_version text COLLATE pg_catalog."C",
    payload bytea,
    state text NOT NULL COLLATE pg_catalog."C",
    attempts bigint NOT NULL,
    due_at bigint,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_billing_invoice_meta (
    tenant_id uuid NOT NULL,
    invoice_id text NOT NULL COLLATE pg_catalog."C",
    number text COLLATE pg_catalog."C",
    subscription_id text COLLATE pg_catalog."C",
    status text NOT NULL COLLATE pg_catalog."C",
    billing_reason text COLLATE pg_catalog."C",
    currency text COLLATE pg_catalog."C",
    amount_due_minor bigint NOT NULL,
    amount_paid_minor bigint NOT NULL,
    amount_remaining_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    tax_minor bigint,
    created_at bigint,
    period_start bigint,
    period_end bigint,
    due_at bigint,
    finalized_at bigint,
    paid_at bigint,
    voided_at bigint,
    attempt_count bigint NOT NULL,
    next_attempt_at bigint,
    failed_at bigint,
    source_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_billing_subscription (
    tenant_id uuid NOT NULL,
    subscription_id text NOT NULL COLLATE pg_catalog."C",
    status text NOT NULL COLLATE pg_catalog."C",
    items text COLLATE pg_catalog."C",
    period_start bigint,
    renews_at bigint,
    paid_until bigint,
    trial_end bigint,
    cancel_at bigint,
    cancel_at_period_end bigint NOT NULL,
    canceled_at bigint,
    ended_at bigint,
    cancellation_reason text COLLATE pg_catalog."C",
    latest_invoice text COLLATE pg_catalog."C",
    collection_paused bigint NOT NULL,
    pause_reason text COLLATE pg_catalog."C",
    created_at bigint,
    source_at bigint NOT NULL,
    api_version text COLLATE pg_catalog."C",
    needs_refetch bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_core_account (
    account_id uuid NOT NULL,
    customer_id text NOT NULL COLLATE pg_catalog."C",
    status text NOT NULL COLLATE pg_catalog."C",
    email bytea NOT NULL,
    email_index bytea NOT NULL,
    verified_at bigint,
    display_name bytea,
    created_at bigint NOT NULL,
    touched_at bigint NOT NULL,
    closed_at bigint,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_core_audit_event (
    id uuid NOT NULL,
    tenant_id uuid,
    at bigint NOT NULL,
    actor text NOT NULL COLLATE pg_catalog."C",
    action text NOT NULL COLLATE pg_catalog."C",
    target text COLLATE pg_catalog."C",
    purpose text NOT NULL COLLATE pg_catalog."C",
    outcome text NOT NULL COLLATE pg_catalog."C",
    reason text COLLATE pg_catalog."C",
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_core_commit (
    id uuid NOT NULL,
    applied_at bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_core_erasure_fence (
    plan uuid NOT NULL,
    fencing bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_core_hold_mark (
    record text NOT NULL COLLATE pg_catalog."C",
    key bytea NOT NULL,
    hold uuid NOT NULL
);
CREATE TABLE alley_fixture.alley_core_lease (
    name text NOT NULL COLLATE pg_catalog."C",
    fencing bigint NOT NULL,
    until_at bigint,
    due_at bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_core_membership (
    tenant_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    account_id uuid NOT NULL,
    role text NOT NULL COLLATE pg_catalog."C",
    joined_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_core_one_time_token (
    token_id uuid NOT NULL,
    account_id uuid NOT NULL,
    purpose text NOT NULL COLLATE pg_catalog."C",
    token_hash bytea NOT NULL,
    email_index bytea NOT NULL,
    issued_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    attempts bigint NOT NULL,
    chosen_hash bytea,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_core_outbox (
    stream bytea NOT NULL,
    "position" bigint NOT NULL,
    fact_id uuid NOT NULL,
    at bigint NOT NULL,
    fact text NOT NULL COLLATE pg_catalog."C",
    attempts bigint NOT NULL,
    available_at bigint
);
CREATE TABLE alley_fixture.alley_core_outbox_head (
    stream bytea NOT NULL,
    "position" bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_core_password_credential (
    account_id uuid NOT NULL,
    hash bytea NOT NULL,
    chosen_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_core_rate_limit (
    key bytea NOT NULL,
    full_at bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_core_recovery_code (
    code_id uuid NOT NULL,
    account_id uuid NOT NULL,
    hash bytea NOT NULL,
    issued_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_core_session (
    session_id uuid NOT NULL,
    account_id uuid NOT NULL,
    family uuid NOT NULL,
    token_hash bytea NOT NULL,
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    password_at bigint NOT NULL,
    second_factor text COLLATE pg_catalog."C",
    second_factor_at bigint,
    rotated_at bigint,
    device text COLLATE pg_catalog."C",
    network text COLLATE pg_catalog."C",
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_core_tenant (
    tenant_id uuid NOT NULL,
    customer_id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    status text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    members_changed_at bigint NOT NULL,
    closed_at bigint,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_core_totp_credential (
    totp_id uuid NOT NULL,
    account_id uuid NOT NULL,
    secret bytea NOT NULL,
    begun_at bigint NOT NULL,
    confirmed_at bigint,
    last_step bigint,
    failures_in_row bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_migrations (
    domain text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    checksum text NOT NULL COLLATE pg_catalog."C",
    breaking bigint NOT NULL,
    applied_at bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_outreach_campaign (
    tenant_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    shop_ref text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    template_id uuid,
    weight bigint NOT NULL,
    priority bigint NOT NULL,
    status text NOT NULL COLLATE pg_catalog."C",
    starts_at bigint,
    ends_at bigint,
    created_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_outreach_contact (
    tenant_id uuid NOT NULL,
    contact_key bytea NOT NULL,
    shop_ref text NOT NULL COLLATE pg_catalog."C",
    creator_ref text NOT NULL COLLATE pg_catalog."C",
    handle text COLLATE pg_catalog."C",
    locale text COLLATE pg_catalog."C",
    zone text COLLATE pg_catalog."C",
    connected bigint NOT NULL,
    last_reply_at bigint,
    updated_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_outreach_delivery_record (
    tenant_id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    seq bigint NOT NULL,
    hand_out_id uuid NOT NULL,
    draft_id uuid NOT NULL,
    shop_ref text NOT NULL COLLATE pg_catalog."C",
    creator_ref text NOT NULL COLLATE pg_catalog."C",
    seller_id uuid,
    outcome text NOT NULL COLLATE pg_catalog."C",
    channel text NOT NULL COLLATE pg_catalog."C",
    sent_at bigint NOT NULL,
    recorded_at bigint NOT NULL,
    revision_hash bytea NOT NULL,
    final_hash bytea NOT NULL,
    flags text NOT NULL COLLATE pg_catalog."C",
    idempotency_key text NOT NULL COLLATE pg_catalog."C",
    payload_hash bytea NOT NULL,
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_outreach_draft (
    tenant_id uuid NOT NULL,
    draft_id uuid NOT NULL,
    shop_ref text NOT NULL COLLATE pg_catalog."C",
    creator_ref text NOT NULL COLLATE pg_catalog."C",
    campaign_id uuid NOT NULL,
    template_id uuid,
    channel text NOT NULL COLLATE pg_catalog."C",
    state text NOT NULL COLLATE pg_catalog."C",
    held_from text COLLATE pg_catalog."C",
    current_revision bigint NOT NULL,
    current_hash bytea NOT NULL,
    approved_hash bytea,
    approved_at bigint,
    approved_until bigint,
    approved_by uuid,
    submitted_by uuid,
    attempt bigint NOT NULL,
    not_before bigint NOT NULL,
    deferred_until bigint,
    deferred_epoch bigint NOT NULL,
    deferred_reasons text COLLATE pg_catalog."C",
    expires_at bigint,
    after_opt_out bigint NOT NULL,
    open_key bytea,
    created_by uuid,
    created_at bigint NOT NULL,
    ended_at bigint,
    end_reason text COLLATE pg_catalog."C",
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_outreach_draft_revision (
    tenant_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    draft_id uuid NOT NULL,
    creator_ref text NOT NULL COLLATE pg_catalog."C",
    number bigint NOT NULL,
    text text NOT NULL COLLATE pg_catalog."C",
    locale text NOT NULL COLLATE pg_catalog."C",
    origin text NOT NULL COLLATE pg_catalog."C",
    salt bytea NOT NULL,
    hash bytea NOT NULL,
    author_id uuid,
    created_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_outreach_hand_out (
    tenant_id uuid NOT NULL,
    hand_out_id uuid NOT NULL,
    draft_id uuid NOT NULL,
    attempt bigint NOT NULL,
    shop_ref text NOT NULL COLLATE pg_catalog."C",
    campaign_id uuid NOT NULL,
    creator_ref text NOT NULL COLLATE pg_catalog."C",
    seller_id uuid,
    spend_id uuid NOT NULL,
    at bigint NOT NULL,
    lease_until bigint NOT NULL,
    revision bigint NOT NULL,
    revision_hash bytea NOT NULL,
    token_hash bytea NOT NULL,
    request_key text NOT NULL COLLATE pg_catalog."C",
    outcome text NOT NULL COLLATE pg_catalog."C",
    closed_at bigint,
    close_reason text COLLATE pg_catalog."C",
    policy_version bigint NOT NULL,
    tzdb text NOT NULL COLLATE pg_catalog."C",
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_outreach_pacing_policy (
    tenant_id uuid NOT NULL,
    version bigint NOT NULL,
    policy text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_outreach_pacing_state (
    tenant_id uuid NOT NULL,
    scope text NOT NULL COLLATE pg_catalog."C",
    policy_version bigint NOT NULL,
    paused text NOT NULL COLLATE pg_catalog."C",
    last_spend_at bigint,
    fairness text NOT NULL COLLATE pg_catalog."C",
    epoch bigint NOT NULL,
    updated_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_outreach_review_note (
    tenant_id uuid NOT NULL,
    review_id uuid NOT NULL,
    draft_id uuid NOT NULL,
    creator_ref text NOT NULL COLLATE pg_catalog."C",
    note text NOT NULL COLLATE pg_catalog."C",
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_outreach_review_state (
    tenant_id uuid NOT NULL,
    review_id uuid NOT NULL,
    draft_id uuid NOT NULL,
    revision bigint NOT NULL,
    revision_hash bytea NOT NULL,
    reviewer_id uuid,
    verdict text NOT NULL COLLATE pg_catalog."C",
    reason text COLLATE pg_catalog."C",
    at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_outreach_spend (
    tenant_id uuid NOT NULL,
    spend_id uuid NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    refunds uuid,
    at bigint NOT NULL,
    shop_ref text NOT NULL COLLATE pg_catalog."C",
    campaign_id uuid NOT NULL,
    creator_ref text NOT NULL COLLATE pg_catalog."C",
    connected bigint NOT NULL,
    draft_id uuid NOT NULL,
    hand_out_id uuid NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_outreach_suppression (
    tenant_id uuid NOT NULL,
    creator_key bytea NOT NULL,
    scope text NOT NULL COLLATE pg_catalog."C",
    reason text NOT NULL COLLATE pg_catalog."C",
    from_at bigint NOT NULL,
    until_at bigint,
    source text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_outreach_template (
    tenant_id uuid NOT NULL,
    template_id uuid NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    channel text NOT NULL COLLATE pg_catalog."C",
    status text NOT NULL COLLATE pg_catalog."C",
    current_version bigint NOT NULL,
    created_by uuid,
    created_at bigint NOT NULL,
    archived_at bigint,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_outreach_template_version (
    tenant_id uuid NOT NULL,
    version_id uuid NOT NULL,
    template_id uuid NOT NULL,
    number bigint NOT NULL,
    body text NOT NULL COLLATE pg_catalog."C",
    engine text NOT NULL COLLATE pg_catalog."C",
    hash bytea NOT NULL,
    created_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_privacy_erasure_certificate (
    id uuid NOT NULL,
    plan_id uuid NOT NULL,
    body text NOT NULL COLLATE pg_catalog."C",
    signature bytea NOT NULL,
    public_key bytea NOT NULL,
    issued_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_privacy_erasure_leg (
    id bytea NOT NULL,
    plan_id uuid NOT NULL,
    subprocessor text NOT NULL COLLATE pg_catalog."C",
    state text COLLATE pg_catalog."C",
    reason text COLLATE pg_catalog."C",
    at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_privacy_erasure_plan (
    id uuid NOT NULL,
    tenant_id uuid,
    root bytea,
    subject_hash bytea,
    trigger text NOT NULL COLLATE pg_catalog."C",
    trigger_ref text COLLATE pg_catalog."C",
    trigger_at bigint NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    map_version text NOT NULL COLLATE pg_catalog."C",
    plan_hash bytea,
    pass bigint NOT NULL,
    rounds bigint NOT NULL,
    attempts bigint NOT NULL,
    due_at bigint NOT NULL,
    next_at bigint,
    created_at bigint NOT NULL,
    confirmed_at bigint,
    hidden_at bigint,
    first_purge_at bigint,
    last_purge_at bigint,
    verified_at bigint,
    lease_until bigint,
    fencing bigint NOT NULL,
    reason text COLLATE pg_catalog."C",
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_privacy_erasure_step (
    id bytea NOT NULL,
    plan_id uuid NOT NULL,
    record text NOT NULL COLLATE pg_catalog."C",
    key bytea NOT NULL,
    "position" bigint NOT NULL,
    pass bigint NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    outcome text NOT NULL COLLATE pg_catalog."C",
    hold_id uuid,
    until bigint,
    field text COLLATE pg_catalog."C",
    value bytea,
    attempts bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_privacy_legal_hold (
    id uuid NOT NULL,
    tenant_id uuid,
    root_record text NOT NULL COLLATE pg_catalog."C",
    root_hash bytea,
    subtree bigint NOT NULL,
    reason text NOT NULL COLLATE pg_catalog."C",
    authority text NOT NULL COLLATE pg_catalog."C",
    placed_by text NOT NULL COLLATE pg_catalog."C",
    state text NOT NULL COLLATE pg_catalog."C",
    placed_at bigint NOT NULL,
    review_by bigint,
    released_at bigint,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_privacy_legal_hold_item (
    id bytea NOT NULL,
    hold_id uuid NOT NULL,
    record text NOT NULL COLLATE pg_catalog."C",
    key bytea NOT NULL,
    subtree bigint NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_privacy_privacy_request (
    id uuid NOT NULL,
    tenant_id uuid,
    requester_id uuid,
    kind text NOT NULL COLLATE pg_catalog."C",
    organization bytea,
    email bytea,
    email_hash bytea,
    state text NOT NULL COLLATE pg_catalog."C",
    progress text NOT NULL COLLATE pg_catalog."C",
    challenge_hash bytea,
    challenge_until bigint,
    rule text COLLATE pg_catalog."C",
    received_at bigint NOT NULL,
    due_date text COLLATE pg_catalog."C",
    safe_date text COLLATE pg_catalog."C",
    plan_id uuid,
    closed_at bigint,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_privacy_tombstone (
    id bytea NOT NULL,
    plan_id uuid NOT NULL,
    record text NOT NULL COLLATE pg_catalog."C",
    key bytea,
    action text NOT NULL COLLATE pg_catalog."C",
    at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_tiktok_analytics_snapshot (
    snapshot_id text NOT NULL COLLATE pg_catalog."C",
    tenant_id uuid NOT NULL,
    shop_id text NOT NULL COLLATE pg_catalog."C",
    start_date text NOT NULL COLLATE pg_catalog."C",
    end_date text NOT NULL COLLATE pg_catalog."C",
    currency text COLLATE pg_catalog."C",
    gmv_minor bigint,
    creator_gmv_minor bigint,
    refunds_minor bigint,
    orders bigint,
    items_sold bigint,
    customers bigint,
    visitors bigint,
    page_views bigint,
    seen_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_tiktok_creator (
    creator_id text NOT NULL COLLATE pg_catalog."C",
    tenant_id uuid NOT NULL,
    username text COLLATE pg_catalog."C",
    nickname text COLLATE pg_catalog."C",
    region text COLLATE pg_catalog."C",
    category_ids text NOT NULL COLLATE pg_catalog."C",
    follower_count bigint,
    live_viewers bigint,
    video_views bigint,
    currency text COLLATE pg_catalog."C",
    gmv_minor bigint,
    level bigint,
    has_collaborated bigint,
    invited_90d bigint,
    is_blocked bigint,
    seen_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_tiktok_finance_record (
    finance_id text NOT NULL COLLATE pg_catalog."C",
    tenant_id uuid NOT NULL,
    shop_id text NOT NULL COLLATE pg_catalog."C",
    statement_at bigint NOT NULL,
    currency text COLLATE pg_catalog."C",
    settlement_minor bigint,
    revenue_minor bigint,
    fee_minor bigint,
    adjustment_minor bigint,
    payment_status text COLLATE pg_catalog."C",
    payment_id text COLLATE pg_catalog."C",
    paid_at bigint,
    seen_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_tiktok_integration (
    integration_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    reconnect_reason text COLLATE pg_catalog."C",
    disconnect_reason text COLLATE pg_catalog."C",
    open_id text COLLATE pg_catalog."C",
    seller_name text COLLATE pg_catalog."C",
    region text COLLATE pg_catalog."C",
    scopes text NOT NULL COLLATE pg_catalog."C",
    connected_at bigint NOT NULL,
    authorization_ends_at bigint,
    warned_at bigint,
    disconnected_at bigint,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_tiktok_order (
    order_id text NOT NULL COLLATE pg_catalog."C",
    tenant_id uuid NOT NULL,
    shop_id text NOT NULL COLLATE pg_catalog."C",
    status text COLLATE pg_catalog."C",
    status_at bigint NOT NULL,
    buyer_id text COLLATE pg_catalog."C",
    buyer bytea,
    currency text COLLATE pg_catalog."C",
    total_minor bigint,
    subtotal_minor bigint,
    shipping_minor bigint,
    tax_minor bigint,
    item_count bigint NOT NULL,
    product_ids text NOT NULL COLLATE pg_catalog."C",
    is_sample bigint NOT NULL,
    creator_ref text COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    paid_at bigint,
    updated_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_tiktok_pending_authorization (
    state_hash bytea NOT NULL,
    tenant_id uuid NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    code bytea,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_tiktok_product (
    product_id text NOT NULL COLLATE pg_catalog."C",
    tenant_id uuid NOT NULL,
    shop_id text NOT NULL COLLATE pg_catalog."C",
    title text COLLATE pg_catalog."C",
    status text COLLATE pg_catalog."C",
    sku_count bigint NOT NULL,
    currency text COLLATE pg_catalog."C",
    price_from_minor bigint,
    price_to_minor bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_tiktok_shop (
    shop_id text NOT NULL COLLATE pg_catalog."C",
    tenant_id uuid NOT NULL,
    integration_id uuid NOT NULL,
    name text COLLATE pg_catalog."C",
    region text COLLATE pg_catalog."C",
    seller_type text COLLATE pg_catalog."C",
    cipher text NOT NULL COLLATE pg_catalog."C",
    connected_at bigint NOT NULL,
    closed_at bigint,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_tiktok_tiktok_inbox_event (
    event_id text NOT NULL COLLATE pg_catalog."C",
    body bytea NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    attempts bigint NOT NULL,
    received_at bigint NOT NULL,
    due_at bigint NOT NULL,
    handled_at bigint,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_tiktok_tiktok_sync_cursor (
    cursor_id text NOT NULL COLLATE pg_catalog."C",
    tenant_id uuid NOT NULL,
    shop_id text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    page_token text COLLATE pg_catalog."C",
    search_key text COLLATE pg_catalog."C",
    done bigint NOT NULL,
    total bigint,
    since bigint,
    newest bigint,
    started_at bigint NOT NULL,
    finished_at bigint,
    row_version bigint NOT NULL
);
CREATE TABLE alley_fixture.alley_tiktok_token (
    integration_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    access bytea NOT NULL,
    refresh bytea NOT NULL,
    access_expires_at bigint NOT NULL,
    refresh_expires_at bigint NOT NULL,
    generation bigint NOT NULL,
    refreshing_since bigint,
    lease_until bigint,
    refresh_due_at bigint,
    reconnect_reason text COLLATE pg_catalog."C",
    row_version bigint NOT NULL
);
INSERT INTO alley_fixture.alley_billing_billing_checkout VALUES ('65656565-6565-6565-6565-656565656565', 'creation_key 1 ''é''', '\x0101010101010101010101010101010101010101010101010101010101010101', 'session_id 1 ''é''', 1700000000000001, 1);
INSERT INTO alley_fixture.alley_billing_billing_checkout VALUES ('66666666-6666-6666-6666-666666666666', 'creation_key 2 ''é''', '\x0202020202020202020202020202020202020202020202020202020202020202', NULL, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_billing_billing_customer VALUES ('65656565-6565-6565-6565-656565656565', 'stripe_customer_id 1 ''é''', 1, 1700000000000001, 'creation_key 1 ''é''', 1700000000000001, NULL, NULL, 1, 1700000000000001, 1700000000000001, NULL, 1);
INSERT INTO alley_fixture.alley_billing_billing_customer VALUES ('66666666-6666-6666-6666-666666666666', NULL, 0, 1700000000000002, 'creation_key 2 ''é''', 1700000000000002, 1700000000000002, 1700000000000002, 0, NULL, NULL, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_billing_billing_inbox_event VALUES ('event_id 1 ''é''', NULL, 'kind 1 ''é''', NULL, 'stripe_customer_id 1 ''é''', 1700000000000001, 1700000000000001, NULL, NULL, 'state 1 ''é''', -2, 1700000000000001, 1);
INSERT INTO alley_fixture.alley_billing_billing_inbox_event VALUES ('event_id 2 ''é''', '66666666-6666-6666-6666-666666666666', 'kind 2 ''é''', 'object_id 2 ''é''', NULL, 1700000000000002, 1700000000000002, 'api_version 2 ''é''', '\x0002ff', 'state 2 ''é''', -1, NULL, 1);
INSERT INTO alley_fixture.alley_billing_invoice_meta VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'invoice_id 1 ''é''', 'number 1 ''é''', NULL, 'status 1 ''é''', 'billing_reason 1 ''é''', 'currency 1 ''é''', -2, -2, -2, -2, NULL, 1700000000000001, 1700000000000001, 1700000000000001, 1700000000000001, 1700000000000001, NULL, NULL, -2, NULL, NULL, 1700000000000001, 1);
INSERT INTO alley_fixture.alley_billing_invoice_meta VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'invoice_id 2 ''é''', NULL, 'subscription_id 2 ''é''', 'status 2 ''é''', NULL, NULL, -1, -1, -1, -1, -1, NULL, NULL, NULL, NULL, NULL, 1700000000000002, 1700000000000002, -1, 1700000000000002, 1700000000000002, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_billing_subscription VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'subscription_id 1 ''é''', 'status 1 ''é''', NULL, 1700000000000001, NULL, 1700000000000001, NULL, NULL, 1, NULL, 1700000000000001, NULL, 'latest_invoice 1 ''é''', 1, 'pause_reason 1 ''é''', 1700000000000001, 1700000000000001, NULL, 1, 1);
INSERT INTO alley_fixture.alley_billing_subscription VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'subscription_id 2 ''é''', 'status 2 ''é''', '{"n":2}', NULL, 1700000000000002, NULL, 1700000000000002, 1700000000000002, 0, 1700000000000002, NULL, 'cancellation_reason 2 ''é''', NULL, 0, NULL, NULL, 1700000000000002, 'api_version 2 ''é''', 0, 1);
INSERT INTO alley_fixture.alley_core_account VALUES ('65656565-6565-6565-6565-656565656565', 'customer_id 1 ''é''', 'status 1 ''é''', '\x0001ff', '\x0101010101010101010101010101010101010101010101010101010101010101', NULL, '\x0001ff', 1700000000000001, 1700000000000001, NULL, 1);
INSERT INTO alley_fixture.alley_core_account VALUES ('66666666-6666-6666-6666-666666666666', 'customer_id 2 ''é''', 'status 2 ''é''', '\x0002ff', '\x0202020202020202020202020202020202020202020202020202020202020202', 1700000000000002, NULL, 1700000000000002, 1700000000000002, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_core_audit_event VALUES ('65656565-6565-6565-6565-656565656565', NULL, 1700000000000001, 'actor 1 ''é''', 'action 1 ''é''', 'target 1 ''é''', 'purpose 1 ''é''', 'outcome 1 ''é''', 'reason 1 ''é''', 1);
INSERT INTO alley_fixture.alley_core_audit_event VALUES ('66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', 1700000000000002, 'actor 2 ''é''', 'action 2 ''é''', NULL, 'purpose 2 ''é''', 'outcome 2 ''é''', NULL, 1);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-70fa-b606-81272960a924', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7aad-b67f-150eb0b0bf42', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7898-8156-4646b090a6fd', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7f03-a02c-d05eb028ee78', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-706b-85a5-140a83fb589a', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7769-88e0-83621982f39e', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-794c-b367-08717d3cf640', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7630-986a-c757719af4c4', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7cde-b9ad-02b2e46e3e50', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-71cd-958f-210a7addddd1', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7f59-a748-362708eeb448', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7626-af8d-a2723ca13e8a', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7aed-9c0a-c57e72ca6795', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7b68-827c-3b4c6c4dee91', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7d01-a874-58ea789a94f1', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7e72-936a-81b77d487175', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7983-9362-0fa2f529b5a2', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7076-bd5c-e3da2dba9125', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-711d-a202-23ae99e8715d', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7e2d-9db4-23914db597ec', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-77b2-baa9-f4d670dc69cc', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7722-8c24-d8792ad7e057', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7829-b229-8cf6d0608449', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-74f4-acf5-8d3f0cf54a8b', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7105-bea6-92dbe3669bf1', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7f87-af20-b0b09903e465', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7384-8d3c-06667f4e950f', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7f64-8e71-cb670e7b0127', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7954-a770-8d1a16f1c232', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7536-a765-74447d21d9eb', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7964-b9ed-136e63db6171', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-72a2-9576-7689836caaf6', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7214-a22c-3e2ed0baf1a4', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-709e-93ca-f6d20947be5d', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7f10-9d3b-b80bf5398f4d', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7ea5-ba00-1b7e7892c71b', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7026-9b33-996e17a23690', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7315-8265-cc44b617872e', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7d65-8193-a1136dd30e90', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7812-916f-bad08a5f6cd2', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7e62-a764-346742ea5ee2', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7a21-ba58-fdf10c60ada7', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-775c-8da6-e4db1298466e', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-71ac-86be-567e098124da', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-76bd-810c-9e8d45fa7597', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7eae-afff-a3bcb1599546', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('0000000f-4240-7dd7-b2f1-7e6062f78cf1', 1000000000);
INSERT INTO alley_fixture.alley_core_commit VALUES ('00000000-0000-0000-0000-000000000009', 1000000000);
INSERT INTO alley_fixture.alley_core_hold_mark VALUES ('account', '\x000365656565656565656565656565656565', '00000000-0000-0000-0000-000000000003');
INSERT INTO alley_fixture.alley_core_lease VALUES ('fixture', 1, NULL, 1000000000);
INSERT INTO alley_fixture.alley_core_membership VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '65656565-6565-6565-6565-656565656565', '65656565-6565-6565-6565-656565656565', 'role 1 ''é''', 1700000000000001, 1);
INSERT INTO alley_fixture.alley_core_membership VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', 'role 2 ''é''', 1700000000000002, 1);
INSERT INTO alley_fixture.alley_core_one_time_token VALUES ('65656565-6565-6565-6565-656565656565', '65656565-6565-6565-6565-656565656565', 'purpose 1 ''é''', '\x0101010101010101010101010101010101010101010101010101010101010101', '\x0101010101010101010101010101010101010101010101010101010101010101', 1700000000000001, 1700000000000001, -2, NULL, 1);
INSERT INTO alley_fixture.alley_core_one_time_token VALUES ('66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', 'purpose 2 ''é''', '\x0202020202020202020202020202020202020202020202020202020202020202', '\x0202020202020202020202020202020202020202020202020202020202020202', 1700000000000002, 1700000000000002, -1, '\x0002ff', 1);
INSERT INTO alley_fixture.alley_core_outbox VALUES ('\x02c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8', 1, '0000000f-4240-7b63-8f54-1a0189e169ac', 1000000000, '{"fact":"tenant_suspended","tenant":"ten_c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8"}', 0, NULL);
INSERT INTO alley_fixture.alley_core_outbox_head VALUES ('\x02c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8', 1);
INSERT INTO alley_fixture.alley_core_password_credential VALUES ('65656565-6565-6565-6565-656565656565', '\x0001ff', 1700000000000001, 1);
INSERT INTO alley_fixture.alley_core_password_credential VALUES ('66666666-6666-6666-6666-666666666666', '\x0002ff', 1700000000000002, 1);
INSERT INTO alley_fixture.alley_core_recovery_code VALUES ('65656565-6565-6565-6565-656565656565', '65656565-6565-6565-6565-656565656565', '\x0101010101010101010101010101010101010101010101010101010101010101', 1700000000000001, 1);
INSERT INTO alley_fixture.alley_core_recovery_code VALUES ('66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', '\x0202020202020202020202020202020202020202020202020202020202020202', 1700000000000002, 1);
INSERT INTO alley_fixture.alley_core_session VALUES ('65656565-6565-6565-6565-656565656565', '65656565-6565-6565-6565-656565656565', '65656565-6565-6565-6565-656565656565', '\x0101010101010101010101010101010101010101010101010101010101010101', 1700000000000001, 1700000000000001, 1700000000000001, 1700000000000001, NULL, 1700000000000001, 1700000000000001, 'device 1 ''é''', NULL, 1);
INSERT INTO alley_fixture.alley_core_session VALUES ('66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', '\x0202020202020202020202020202020202020202020202020202020202020202', 1700000000000002, 1700000000000002, 1700000000000002, 1700000000000002, 'second_factor 2 ''é''', NULL, NULL, NULL, 'network 2 ''é''', 1);
INSERT INTO alley_fixture.alley_core_tenant VALUES ('65656565-6565-6565-6565-656565656565', 'customer_id 1 ''é''', 'name 1 ''é''', 'status 1 ''é''', 1700000000000001, 1700000000000001, NULL, 1);
INSERT INTO alley_fixture.alley_core_tenant VALUES ('66666666-6666-6666-6666-666666666666', 'customer_id 2 ''é''', 'name 2 ''é''', 'status 2 ''é''', 1700000000000002, 1700000000000002, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_core_totp_credential VALUES ('65656565-6565-6565-6565-656565656565', '65656565-6565-6565-6565-656565656565', '\x0001ff', 1700000000000001, 1700000000000001, NULL, -2, 1);
INSERT INTO alley_fixture.alley_core_totp_credential VALUES ('66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', '\x0002ff', 1700000000000002, NULL, -1, -1, 1);
INSERT INTO alley_fixture.alley_migrations VALUES ('core', 1, 'kernel', 'b3b4ffd896692041a2ef9b9880e7f782f4d2d368411062baae854a067a38f380', 0, 1795538354194716);
INSERT INTO alley_fixture.alley_migrations VALUES ('core', 2, 'records', '84dc7f2a31a424521e0509712cf7f4aec1a5d2f394caeea310e11df1414171c0', 0, 1795538354194716);
INSERT INTO alley_fixture.alley_migrations VALUES ('tiktok', 1, 'records', '1899b5b3ace8eb9edf5a1cc199c51dcca3fdd060581bb6ed356a35549811522f', 0, 1795538354194716);
INSERT INTO alley_fixture.alley_migrations VALUES ('billing', 1, 'records', '9ef62acb0e4d1eaf9dcd8ece1c6c1f9b4e7c211ba3f0440d197a7a22633d7cc6', 0, 1795538354194716);
INSERT INTO alley_fixture.alley_migrations VALUES ('outreach', 1, 'records', 'ad0644dc118eacef641a9924a17edbcfa54398c523eb0da1233143a88e04da06', 0, 1795538354194716);
INSERT INTO alley_fixture.alley_migrations VALUES ('privacy', 1, 'records', '7cf3f370f63aa4b183ee1b6d16a0032d247d6afe9692fab70248f93c924fc3d8', 0, 1795538354194716);
INSERT INTO alley_fixture.alley_outreach_campaign VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '65656565-6565-6565-6565-656565656565', 'shop_ref 1 ''é''', 'name 1 ''é''', NULL, -2, -2, 'status 1 ''é''', NULL, NULL, 1700000000000001, 1);
INSERT INTO alley_fixture.alley_outreach_campaign VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '66666666-6666-6666-6666-666666666666', 'shop_ref 2 ''é''', 'name 2 ''é''', '66666666-6666-6666-6666-666666666666', -1, -1, 'status 2 ''é''', 1700000000000002, 1700000000000002, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_outreach_contact VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '\x0101010101010101010101010101010101010101010101010101010101010101', 'shop_ref 1 ''é''', 'creator_ref 1 ''é''', 'handle 1 ''é''', 'locale 1 ''é''', 'zone 1 ''é''', 1, NULL, 1700000000000001, 1);
INSERT INTO alley_fixture.alley_outreach_contact VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '\x0202020202020202020202020202020202020202020202020202020202020202', 'shop_ref 2 ''é''', 'creator_ref 2 ''é''', NULL, NULL, NULL, 0, 1700000000000002, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_outreach_delivery_record VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '65656565-6565-6565-6565-656565656565', -2, '65656565-6565-6565-6565-656565656565', '65656565-6565-6565-6565-656565656565', 'shop_ref 1 ''é''', 'creator_ref 1 ''é''', NULL, 'outcome 1 ''é''', 'channel 1 ''é''', 1700000000000001, 1700000000000001, '\x0101010101010101010101010101010101010101010101010101010101010101', '\x0101010101010101010101010101010101010101010101010101010101010101', 'flags 1 ''é''', 'idempotency_key 1 ''é''', '\x0101010101010101010101010101010101010101010101010101010101010101', '\x0101010101010101010101010101010101010101010101010101010101010101', '\x0101010101010101010101010101010101010101010101010101010101010101', 1);
INSERT INTO alley_fixture.alley_outreach_delivery_record VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '66666666-6666-6666-6666-666666666666', -1, '66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', 'shop_ref 2 ''é''', 'creator_ref 2 ''é''', '66666666-6666-6666-6666-666666666666', 'outcome 2 ''é''', 'channel 2 ''é''', 1700000000000002, 1700000000000002, '\x0202020202020202020202020202020202020202020202020202020202020202', '\x0202020202020202020202020202020202020202020202020202020202020202', 'flags 2 ''é''', 'idempotency_key 2 ''é''', '\x0202020202020202020202020202020202020202020202020202020202020202', '\x0202020202020202020202020202020202020202020202020202020202020202', '\x0202020202020202020202020202020202020202020202020202020202020202', 1);
INSERT INTO alley_fixture.alley_outreach_draft VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '65656565-6565-6565-6565-656565656565', 'shop_ref 1 ''é''', 'creator_ref 1 ''é''', '65656565-6565-6565-6565-656565656565', NULL, 'channel 1 ''é''', 'state 1 ''é''', NULL, -2, '\x0101010101010101010101010101010101010101010101010101010101010101', NULL, NULL, 1700000000000001, NULL, '65656565-6565-6565-6565-656565656565', -2, 1700000000000001, 1700000000000001, -2, 'deferred_reasons 1 ''é''', 1700000000000001, 1, '\x0101010101010101010101010101010101010101010101010101010101010101', '65656565-6565-6565-6565-656565656565', 1700000000000001, 1700000000000001, 'end_reason 1 ''é''', 1);
INSERT INTO alley_fixture.alley_outreach_draft VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '66666666-6666-6666-6666-666666666666', 'shop_ref 2 ''é''', 'creator_ref 2 ''é''', '66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', 'channel 2 ''é''', 'state 2 ''é''', 'held_from 2 ''é''', -1, '\x0202020202020202020202020202020202020202020202020202020202020202', '\x0202020202020202020202020202020202020202020202020202020202020202', 1700000000000002, NULL, '66666666-6666-6666-6666-666666666666', NULL, -1, 1700000000000002, NULL, -1, NULL, NULL, 0, NULL, NULL, 1700000000000002, NULL, NULL, 1);
INSERT INTO alley_fixture.alley_outreach_draft_revision VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '65656565-6565-6565-6565-656565656565', '65656565-6565-6565-6565-656565656565', 'creator_ref 1 ''é''', -2, 'text 1 ''é''', 'locale 1 ''é''', 'origin 1 ''é''', '\x0001ff', '\x0101010101010101010101010101010101010101010101010101010101010101', NULL, 1700000000000001, 1);
INSERT INTO alley_fixture.alley_outreach_draft_revision VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', 'creator_ref 2 ''é''', -1, 'text 2 ''é''', 'locale 2 ''é''', 'origin 2 ''é''', '\x0002ff', '\x0202020202020202020202020202020202020202020202020202020202020202', '66666666-6666-6666-6666-666666666666', 1700000000000002, 1);
INSERT INTO alley_fixture.alley_outreach_hand_out VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '65656565-6565-6565-6565-656565656565', '65656565-6565-6565-6565-656565656565', -2, 'shop_ref 1 ''é''', '65656565-6565-6565-6565-656565656565', 'creator_ref 1 ''é''', NULL, '65656565-6565-6565-6565-656565656565', 1700000000000001, 1700000000000001, -2, '\x0101010101010101010101010101010101010101010101010101010101010101', '\x0101010101010101010101010101010101010101010101010101010101010101', 'request_key 1 ''é''', 'outcome 1 ''é''', NULL, 'close_reason 1 ''é''', -2, 'tzdb 1 ''é''', 1);
INSERT INTO alley_fixture.alley_outreach_hand_out VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', -1, 'shop_ref 2 ''é''', '66666666-6666-6666-6666-666666666666', 'creator_ref 2 ''é''', '66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', 1700000000000002, 1700000000000002, -1, '\x0202020202020202020202020202020202020202020202020202020202020202', '\x0202020202020202020202020202020202020202020202020202020202020202', 'request_key 2 ''é''', 'outcome 2 ''é''', 1700000000000002, NULL, -1, 'tzdb 2 ''é''', 1);
INSERT INTO alley_fixture.alley_outreach_pacing_policy VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', -2, '{"n":1}', 1700000000000001, 1);
INSERT INTO alley_fixture.alley_outreach_pacing_policy VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', -1, '{"n":2}', 1700000000000002, 1);
INSERT INTO alley_fixture.alley_outreach_pacing_state VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'scope 1 ''é''', -2, '{"n":1}', NULL, '{"n":1}', -2, 1700000000000001, 1);
INSERT INTO alley_fixture.alley_outreach_pacing_state VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'scope 2 ''é''', -1, '{"n":2}', 1700000000000002, '{"n":2}', -1, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_outreach_review_note VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '65656565-6565-6565-6565-656565656565', '65656565-6565-6565-6565-656565656565', 'creator_ref 1 ''é''', 'note 1 ''é''', 1);
INSERT INTO alley_fixture.alley_outreach_review_note VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', 'creator_ref 2 ''é''', 'note 2 ''é''', 1);
INSERT INTO alley_fixture.alley_outreach_review_state VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '65656565-6565-6565-6565-656565656565', '65656565-6565-6565-6565-656565656565', -2, '\x0101010101010101010101010101010101010101010101010101010101010101', NULL, 'verdict 1 ''é''', 'reason 1 ''é''', 1700000000000001, 1);
INSERT INTO alley_fixture.alley_outreach_review_state VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', -1, '\x0202020202020202020202020202020202020202020202020202020202020202', '66666666-6666-6666-6666-666666666666', 'verdict 2 ''é''', NULL, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_outreach_spend VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '65656565-6565-6565-6565-656565656565', 'kind 1 ''é''', NULL, 1700000000000001, 'shop_ref 1 ''é''', '65656565-6565-6565-6565-656565656565', 'creator_ref 1 ''é''', 1, '65656565-6565-6565-6565-656565656565', '65656565-6565-6565-6565-656565656565', 1);
INSERT INTO alley_fixture.alley_outreach_spend VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '66666666-6666-6666-6666-666666666666', 'kind 2 ''é''', '66666666-6666-6666-6666-666666666666', 1700000000000002, 'shop_ref 2 ''é''', '66666666-6666-6666-6666-666666666666', 'creator_ref 2 ''é''', 0, '66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', 1);
INSERT INTO alley_fixture.alley_outreach_suppression VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '\x0101010101010101010101010101010101010101010101010101010101010101', 'scope 1 ''é''', 'reason 1 ''é''', 1700000000000001, 1700000000000001, 'source 1 ''é''', 1700000000000001, 1);
INSERT INTO alley_fixture.alley_outreach_suppression VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '\x0202020202020202020202020202020202020202020202020202020202020202', 'scope 2 ''é''', 'reason 2 ''é''', 1700000000000002, NULL, 'source 2 ''é''', 1700000000000002, 1);
INSERT INTO alley_fixture.alley_outreach_template VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '65656565-6565-6565-6565-656565656565', 'name 1 ''é''', 'channel 1 ''é''', 'status 1 ''é''', -2, '65656565-6565-6565-6565-656565656565', 1700000000000001, NULL, 1);
INSERT INTO alley_fixture.alley_outreach_template VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '66666666-6666-6666-6666-666666666666', 'name 2 ''é''', 'channel 2 ''é''', 'status 2 ''é''', -1, NULL, 1700000000000002, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_outreach_template_version VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '65656565-6565-6565-6565-656565656565', '65656565-6565-6565-6565-656565656565', -2, '{"n":1}', 'engine 1 ''é''', '\x0101010101010101010101010101010101010101010101010101010101010101', 1700000000000001, 1);
INSERT INTO alley_fixture.alley_outreach_template_version VALUES ('c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', -1, '{"n":2}', 'engine 2 ''é''', '\x0202020202020202020202020202020202020202020202020202020202020202', 1700000000000002, 1);
INSERT INTO alley_fixture.alley_privacy_erasure_certificate VALUES ('65656565-6565-6565-6565-656565656565', '65656565-6565-6565-6565-656565656565', 'body 1 ''é''', '\x0001ff', '\x0001ff', 1700000000000001, 1);
INSERT INTO alley_fixture.alley_privacy_erasure_certificate VALUES ('66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', 'body 2 ''é''', '\x0002ff', '\x0002ff', 1700000000000002, 1);
INSERT INTO alley_fixture.alley_privacy_erasure_leg VALUES ('\x0101010101010101010101010101010101010101010101010101010101010101', '65656565-6565-6565-6565-656565656565', 'subprocessor 1 ''é''', NULL, 'reason 1 ''é''', 1700000000000001, 1);
INSERT INTO alley_fixture.alley_privacy_erasure_leg VALUES ('\x0202020202020202020202020202020202020202020202020202020202020202', '66666666-6666-6666-6666-666666666666', 'subprocessor 2 ''é''', 'state 2 ''é''', NULL, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_privacy_erasure_plan VALUES ('65656565-6565-6565-6565-656565656565', NULL, '\x0001ff', '\x0101010101010101010101010101010101010101010101010101010101010101', 'trigger 1 ''é''', NULL, 1700000000000001, 'state 1 ''é''', 'map_version 1 ''é''', NULL, -2, -2, -2, 1700000000000001, NULL, 1700000000000001, 1700000000000001, NULL, 1700000000000001, NULL, NULL, NULL, -2, 'reason 1 ''é''', 1);
INSERT INTO alley_fixture.alley_privacy_erasure_plan VALUES ('66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', NULL, NULL, 'trigger 2 ''é''', 'trigger_ref 2 ''é''', 1700000000000002, 'state 2 ''é''', 'map_version 2 ''é''', '\x0202020202020202020202020202020202020202020202020202020202020202', -1, -1, -1, 1700000000000002, 1700000000000002, 1700000000000002, NULL, 1700000000000002, NULL, 1700000000000002, 1700000000000002, 1700000000000002, -1, NULL, 1);
INSERT INTO alley_fixture.alley_privacy_erasure_step VALUES ('\x0101010101010101010101010101010101010101010101010101010101010101', '65656565-6565-6565-6565-656565656565', 'record 1 ''é''', '\x0001ff', -2, -2, 'state 1 ''é''', 'outcome 1 ''é''', NULL, NULL, NULL, NULL, -2, 1);
INSERT INTO alley_fixture.alley_privacy_erasure_step VALUES ('\x0202020202020202020202020202020202020202020202020202020202020202', '66666666-6666-6666-6666-666666666666', 'record 2 ''é''', '\x0002ff', -1, -1, 'state 2 ''é''', 'outcome 2 ''é''', '66666666-6666-6666-6666-666666666666', 1700000000000002, 'field 2 ''é''', '\x0002ff', -1, 1);
INSERT INTO alley_fixture.alley_privacy_legal_hold VALUES ('65656565-6565-6565-6565-656565656565', NULL, 'root_record 1 ''é''', NULL, 1, 'reason 1 ''é''', 'authority 1 ''é''', 'placed_by 1 ''é''', 'state 1 ''é''', 1700000000000001, NULL, NULL, 1);
INSERT INTO alley_fixture.alley_privacy_legal_hold VALUES ('66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', 'root_record 2 ''é''', '\x0202020202020202020202020202020202020202020202020202020202020202', 0, 'reason 2 ''é''', 'authority 2 ''é''', 'placed_by 2 ''é''', 'state 2 ''é''', 1700000000000002, 1700000000000002, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_privacy_legal_hold_item VALUES ('\x0101010101010101010101010101010101010101010101010101010101010101', '65656565-6565-6565-6565-656565656565', 'record 1 ''é''', '\x0001ff', 1, 'state 1 ''é''', 1);
INSERT INTO alley_fixture.alley_privacy_legal_hold_item VALUES ('\x0202020202020202020202020202020202020202020202020202020202020202', '66666666-6666-6666-6666-666666666666', 'record 2 ''é''', '\x0002ff', 0, 'state 2 ''é''', 1);
INSERT INTO alley_fixture.alley_privacy_privacy_request VALUES ('65656565-6565-6565-6565-656565656565', NULL, '65656565-6565-6565-6565-656565656565', 'kind 1 ''é''', '\x0001ff', NULL, '\x0101010101010101010101010101010101010101010101010101010101010101', 'state 1 ''é''', '{"n":1}', '\x0101010101010101010101010101010101010101010101010101010101010101', NULL, 'rule 1 ''é''', 1700000000000001, '2024-02-01', NULL, NULL, NULL, 1);
INSERT INTO alley_fixture.alley_privacy_privacy_request VALUES ('66666666-6666-6666-6666-666666666666', '66666666-6666-6666-6666-666666666666', NULL, 'kind 2 ''é''', NULL, '\x0002ff', NULL, 'state 2 ''é''', '{"n":2}', NULL, 1700000000000002, NULL, 1700000000000002, NULL, '2024-02-02', '66666666-6666-6666-6666-666666666666', 1700000000000002, 1);
INSERT INTO alley_fixture.alley_privacy_tombstone VALUES ('\x0101010101010101010101010101010101010101010101010101010101010101', '65656565-6565-6565-6565-656565656565', 'record 1 ''é''', NULL, 'action 1 ''é''', 1700000000000001, 1);
INSERT INTO alley_fixture.alley_privacy_tombstone VALUES ('\x0202020202020202020202020202020202020202020202020202020202020202', '66666666-6666-6666-6666-666666666666', 'record 2 ''é''', '\x0002ff', 'action 2 ''é''', 1700000000000002, 1);
INSERT INTO alley_fixture.alley_tiktok_analytics_snapshot VALUES ('snapshot_id 1 ''é''', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'shop_id 1 ''é''', '2024-02-01', '2024-02-01', 'currency 1 ''é''', NULL, NULL, NULL, -2, -2, NULL, -2, -2, 1700000000000001, 1);
INSERT INTO alley_fixture.alley_tiktok_analytics_snapshot VALUES ('snapshot_id 2 ''é''', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'shop_id 2 ''é''', '2024-02-02', '2024-02-02', NULL, -1, -1, -1, NULL, NULL, -1, NULL, NULL, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_tiktok_creator VALUES ('creator_id 1 ''é''', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'username 1 ''é''', 'nickname 1 ''é''', 'region 1 ''é''', '{"n":1}', -2, -2, NULL, 'currency 1 ''é''', NULL, NULL, 1, NULL, 1, 1700000000000001, 1);
INSERT INTO alley_fixture.alley_tiktok_creator VALUES ('creator_id 2 ''é''', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', NULL, NULL, NULL, '{"n":2}', NULL, NULL, -1, NULL, -1, -1, NULL, 0, NULL, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_tiktok_finance_record VALUES ('finance_id 1 ''é''', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'shop_id 1 ''é''', 1700000000000001, 'currency 1 ''é''', -2, NULL, NULL, -2, 'payment_status 1 ''é''', 'payment_id 1 ''é''', NULL, 1700000000000001, 1);
INSERT INTO alley_fixture.alley_tiktok_finance_record VALUES ('finance_id 2 ''é''', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'shop_id 2 ''é''', 1700000000000002, NULL, NULL, -1, -1, NULL, NULL, NULL, 1700000000000002, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_tiktok_integration VALUES ('65656565-6565-6565-6565-656565656565', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'state 1 ''é''', 'reconnect_reason 1 ''é''', NULL, NULL, NULL, 'region 1 ''é''', '{"n":1}', 1700000000000001, NULL, NULL, NULL, 1);
INSERT INTO alley_fixture.alley_tiktok_integration VALUES ('66666666-6666-6666-6666-666666666666', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'state 2 ''é''', NULL, 'disconnect_reason 2 ''é''', 'open_id 2 ''é''', 'seller_name 2 ''é''', NULL, '{"n":2}', 1700000000000002, 1700000000000002, 1700000000000002, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_tiktok_order VALUES ('order_id 1 ''é''', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'shop_id 1 ''é''', 'status 1 ''é''', 1700000000000001, 'buyer_id 1 ''é''', NULL, 'currency 1 ''é''', NULL, -2, -2, NULL, -2, '{"n":1}', 1, NULL, 1700000000000001, NULL, 1700000000000001, 1);
INSERT INTO alley_fixture.alley_tiktok_order VALUES ('order_id 2 ''é''', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'shop_id 2 ''é''', NULL, 1700000000000002, NULL, '\x0002ff', NULL, -1, NULL, NULL, -1, -1, '{"n":2}', 0, 'creator_ref 2 ''é''', 1700000000000002, 1700000000000002, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_tiktok_pending_authorization VALUES ('\x0101010101010101010101010101010101010101010101010101010101010101', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'kind 1 ''é''', '\x0001ff', 1700000000000001, 1700000000000001, 1);
INSERT INTO alley_fixture.alley_tiktok_pending_authorization VALUES ('\x0202020202020202020202020202020202020202020202020202020202020202', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'kind 2 ''é''', NULL, 1700000000000002, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_tiktok_product VALUES ('product_id 1 ''é''', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'shop_id 1 ''é''', NULL, 'status 1 ''é''', -2, 'currency 1 ''é''', -2, -2, 1700000000000001, 1700000000000001, 1);
INSERT INTO alley_fixture.alley_tiktok_product VALUES ('product_id 2 ''é''', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'shop_id 2 ''é''', 'title 2 ''é''', NULL, -1, NULL, NULL, NULL, 1700000000000002, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_tiktok_shop VALUES ('shop_id 1 ''é''', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '65656565-6565-6565-6565-656565656565', 'name 1 ''é''', 'region 1 ''é''', NULL, 'cipher 1 ''é''', 1700000000000001, NULL, 1);
INSERT INTO alley_fixture.alley_tiktok_shop VALUES ('shop_id 2 ''é''', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '66666666-6666-6666-6666-666666666666', NULL, NULL, 'seller_type 2 ''é''', 'cipher 2 ''é''', 1700000000000002, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_tiktok_tiktok_inbox_event VALUES ('event_id 1 ''é''', '\x0001ff', 'state 1 ''é''', -2, 1700000000000001, 1700000000000001, 1700000000000001, 1);
INSERT INTO alley_fixture.alley_tiktok_tiktok_inbox_event VALUES ('event_id 2 ''é''', '\x0002ff', 'state 2 ''é''', -1, 1700000000000002, 1700000000000002, NULL, 1);
INSERT INTO alley_fixture.alley_tiktok_tiktok_sync_cursor VALUES ('cursor_id 1 ''é''', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'shop_id 1 ''é''', 'kind 1 ''é''', 'page_token 1 ''é''', 'search_key 1 ''é''', -2, NULL, NULL, 1700000000000001, 1700000000000001, NULL, 1);
INSERT INTO alley_fixture.alley_tiktok_tiktok_sync_cursor VALUES ('cursor_id 2 ''é''', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', 'shop_id 2 ''é''', 'kind 2 ''é''', NULL, NULL, -1, -1, 1700000000000002, NULL, 1700000000000002, 1700000000000002, 1);
INSERT INTO alley_fixture.alley_tiktok_token VALUES ('65656565-6565-6565-6565-656565656565', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '\x0001ff', '\x0001ff', 1700000000000001, 1700000000000001, -2, 1700000000000001, NULL, 1700000000000001, 'reconnect_reason 1 ''é''', 1);
INSERT INTO alley_fixture.alley_tiktok_token VALUES ('66666666-6666-6666-6666-666666666666', 'c8c8c8c8-c8c8-c8c8-c8c8-c8c8c8c8c8c8', '\x0002ff', '\x0002ff', 1700000000000002, 1700000000000002, -1, NULL, 1700000000000002, NULL, NULL, 1);
ALTER TABLE ONLY alley_fixture.alley_billing_billing_checkout
    ADD CONSTRAINT alley_billing_billing_checkout_pkey PRIMARY KEY (tenant_id);
ALTER TABLE ONLY alley_fixture.alley_billing_billing_customer
    ADD CONSTRAINT alley_billing_billing_customer_pkey PRIMARY KEY (tenant_id);
ALTER TABLE ONLY alley_fixture.alley_billing_billing_inbox_event
    ADD CONSTRAINT alley_billing_billing_inbox_event_pkey PRIMARY KEY (event_id);
ALTER TABLE ONLY alley_fixture.alley_billing_invoice_meta
    ADD CONSTRAINT alley_billing_invoice_meta_pkey PRIMARY KEY (tenant_id, invoice_id);
ALTER TABLE ONLY alley_fixture.alley_billing_subscription
    ADD CONSTRAINT alley_billing_subscription_pkey PRIMARY KEY (tenant_id, subscription_id);
ALTER TABLE ONLY alley_fixture.alley_core_account
    ADD CONSTRAINT alley_core_account_pkey PRIMARY KEY (account_id);
ALTER TABLE ONLY alley_fixture.alley_core_audit_event
    ADD CONSTRAINT alley_core_audit_event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY alley_fixture.alley_core_commit
    ADD CONSTRAINT alley_core_commit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY alley_fixture.alley_core_erasure_fence
    ADD CONSTRAINT alley_core_erasure_fence_pkey PRIMARY KEY (plan);
ALTER TABLE ONLY alley_fixture.alley_core_hold_mark
    ADD CONSTRAINT alley_core_hold_mark_pkey PRIMARY KEY (record, key, hold);
ALTER TABLE ONLY alley_fixture.alley_core_lease
    ADD CONSTRAINT alley_core_lease_pkey PRIMARY KEY (name);
ALTER TABLE ONLY alley_fixture.alley_core_membership
    ADD CONSTRAINT alley_core_membership_pkey PRIMARY KEY (tenant_id, membership_id);
ALTER TABLE ONLY alley_fixture.alley_core_one_time_token
    ADD CONSTRAINT alley_core_one_time_token_pkey PRIMARY KEY (token_id);
ALTER TABLE ONLY alley_fixture.alley_core_outbox_head
    ADD CONSTRAINT alley_core_outbox_head_pkey PRIMARY KEY (stream);
ALTER TABLE ONLY alley_fixture.alley_core_outbox
    ADD CONSTRAINT alley_core_outbox_pkey PRIMARY KEY (stream, "position");
ALTER TABLE ONLY alley_fixture.alley_core_password_credential
    ADD CONSTRAINT alley_core_password_credential_pkey PRIMARY KEY (account_id);
ALTER TABLE ONLY alley_fixture.alley_core_rate_limit
    ADD CONSTRAINT alley_core_rate_limit_pkey PRIMARY KEY (key);
ALTER TABLE ONLY alley_fixture.alley_core_recovery_code
    ADD CONSTRAINT alley_core_recovery_code_pkey PRIMARY KEY (code_id);
ALTER TABLE ONLY alley_fixture.alley_core_session
    ADD CONSTRAINT alley_core_session_pkey PRIMARY KEY (session_id);
ALTER TABLE ONLY alley_fixture.alley_core_tenant
    ADD CONSTRAINT alley_core_tenant_pkey PRIMARY KEY (tenant_id);
ALTER TABLE ONLY alley_fixture.alley_core_totp_credential
    ADD CONSTRAINT alley_core_totp_credential_pkey PRIMARY KEY (totp_id);
ALTER TABLE ONLY alley_fixture.alley_migrations
    ADD CONSTRAINT alley_migrations_pkey PRIMARY KEY (domain, version);
ALTER TABLE ONLY alley_fixture.alley_outreach_campaign
    ADD CONSTRAINT alley_outreach_campaign_pkey PRIMARY KEY (tenant_id, campaign_id);
ALTER TABLE ONLY alley_fixture.alley_outreach_contact
    ADD CONSTRAINT alley_outreach_contact_pkey PRIMARY KEY (tenant_id, contact_key);
ALTER TABLE ONLY alley_fixture.alley_outreach_delivery_record
    ADD CONSTRAINT alley_outreach_delivery_record_pkey PRIMARY KEY (tenant_id, delivery_id);
ALTER TABLE ONLY alley_fixture.alley_outreach_draft
    ADD CONSTRAINT alley_outreach_draft_pkey PRIMARY KEY (tenant_id, draft_id);
ALTER TABLE ONLY alley_fixture.alley_outreach_draft_revision
    ADD CONSTRAINT alley_outreach_draft_revision_pkey PRIMARY KEY (tenant_id, revision_id);
ALTER TABLE ONLY alley_fixture.alley_outreach_hand_out
    ADD CONSTRAINT alley_outreach_hand_out_pkey PRIMARY KEY (tenant_id, hand_out_id);
ALTER TABLE ONLY alley_fixture.alley_outreach_pacing_policy
    ADD CONSTRAINT alley_outreach_pacing_policy_pkey PRIMARY KEY (tenant_id, version);
ALTER TABLE ONLY alley_fixture.alley_outreach_pacing_state
    ADD CONSTRAINT alley_outreach_pacing_state_pkey PRIMARY KEY (tenant_id, scope);
ALTER TABLE ONLY alley_fixture.alley_outreach_review_note
    ADD CONSTRAINT alley_outreach_review_note_pkey PRIMARY KEY (tenant_id, review_id);
ALTER TABLE ONLY alley_fixture.alley_outreach_review_state
    ADD CONSTRAINT alley_outreach_review_state_pkey PRIMARY KEY (tenant_id, review_id);
ALTER TABLE ONLY alley_fixture.alley_outreach_spend
    ADD CONSTRAINT alley_outreach_spend_pkey PRIMARY KEY (tenant_id, spend_id);
ALTER TABLE ONLY alley_fixture.alley_outreach_suppression
    ADD CONSTRAINT alley_outreach_suppression_pkey PRIMARY KEY (tenant_id, creator_key);
ALTER TABLE ONLY alley_fixture.alley_outreach_template
    ADD CONSTRAINT alley_outreach_template_pkey PRIMARY KEY (tenant_id, template_id);
ALTER TABLE ONLY alley_fixture.alley_outreach_template_version
    ADD CONSTRAINT alley_outreach_template_version_pkey PRIMARY KEY (tenant_id, version_id);
ALTER TABLE ONLY alley_fixture.alley_privacy_erasure_certificate
    ADD CONSTRAINT alley_privacy_erasure_certificate_pkey PRIMARY KEY (id);
ALTER TABLE ONLY alley_fixture.alley_privacy_erasure_leg
    ADD CONSTRAINT alley_privacy_erasure_leg_pkey PRIMARY KEY (id);
ALTER TABLE ONLY alley_fixture.alley_privacy_erasure_plan
    ADD CONSTRAINT alley_privacy_erasure_plan_pkey PRIMARY KEY (id);
ALTER TABLE ONLY alley_fixture.alley_privacy_erasure_step
    ADD CONSTRAINT alley_privacy_erasure_step_pkey PRIMARY KEY (id);
ALTER TABLE ONLY alley_fixture.alley_privacy_legal_hold_item
    ADD CONSTRAINT alley_privacy_legal_hold_item_pkey PRIMARY KEY (id);
ALTER TABLE ONLY alley_fixture.alley_privacy_legal_hold
    ADD CONSTRAINT alley_privacy_legal_hold_pkey PRIMARY KEY (id);
ALTER TABLE ONLY alley_fixture.alley_privacy_privacy_request
    ADD CONSTRAINT alley_privacy_privacy_request_pkey PRIMARY KEY (id);
ALTER TABLE ONLY alley_fixture.alley_privacy_tombstone
    ADD CONSTRAINT alley_privacy_tombstone_pkey PRIMARY KEY (id);
ALTER TABLE ONLY alley_fixture.alley_tiktok_analytics_snapshot
    ADD CONSTRAINT alley_tiktok_analytics_snapshot_pkey PRIMARY KEY (tenant_id, snapshot_id);
ALTER TABLE ONLY alley_fixture.alley_tiktok_creator
    ADD CONSTRAINT alley_tiktok_creator_pkey PRIMARY KEY (tenant_id, creator_id);
ALTER TABLE ONLY alley_fixture.alley_tiktok_finance_record
    ADD CONSTRAINT alley_tiktok_finance_record_pkey PRIMARY KEY (tenant_id, finance_id);
ALTER TABLE ONLY alley_fixture.alley_tiktok_integration
    ADD CONSTRAINT alley_tiktok_integration_pkey PRIMARY KEY (tenant_id, integration_id);
ALTER TABLE ONLY alley_fixture.alley_tiktok_order
    ADD CONSTRAINT alley_tiktok_order_pkey PRIMARY KEY (tenant_id, order_id);
ALTER TABLE ONLY alley_fixture.alley_tiktok_pending_authorization
    ADD CONSTRAINT alley_tiktok_pending_authorization_pkey PRIMARY KEY (tenant_id, state_hash);
ALTER TABLE ONLY alley_fixture.alley_tiktok_product
    ADD CONSTRAINT alley_tiktok_product_pkey PRIMARY KEY (tenant_id, product_id);
ALTER TABLE ONLY alley_fixture.alley_tiktok_shop
    ADD CONSTRAINT alley_tiktok_shop_pkey PRIMARY KEY (tenant_id, shop_id);
ALTER TABLE ONLY alley_fixture.alley_tiktok_tiktok_inbox_event
    ADD CONSTRAINT alley_tiktok_tiktok_inbox_event_pkey PRIMARY KEY (event_id);
ALTER TABLE ONLY alley_fixture.alley_tiktok_tiktok_sync_cursor
    ADD CONSTRAINT alley_tiktok_tiktok_sync_cursor_pkey PRIMARY KEY (tenant_id, cursor_id);
ALTER TABLE ONLY alley_fixture.alley_tiktok_token
    ADD CONSTRAINT alley_tiktok_token_pkey PRIMARY KEY (tenant_id, integration_id);
CREATE INDEX alley_a_account_closed_at ON alley_fixture.alley_core_account USING btree (closed_at NULLS FIRST, account_id) WHERE (closed_at IS NOT NULL);
CREATE INDEX alley_a_audit_event_at ON alley_fixture.alley_core_audit_event USING btree (at, id);
CREATE INDEX alley_a_billing_checkout_created_at ON alley_fixture.alley_billing_billing_checkout USING btree (created_at, tenant_id);
CREATE INDEX alley_a_billing_customer_ended_at ON alley_fixture.alley_billing_billing_customer USING btree (ended_at NULLS FIRST, tenant_id) WHERE (ended_at IS NOT NULL);
CREATE INDEX alley_a_billing_inbox_event_received_at ON alley_fixture.alley_billing_billing_inbox_event USING btree (received_at, event_id);
CREATE INDEX alley_a_draft_ended_at ON alley_fixture.alley_outreach_draft USING btree (ended_at NULLS FIRST, tenant_id, draft_id) WHERE (ended_at IS NOT NULL);
CREATE INDEX alley_a_integration_disconnected_at ON alley_fixture.alley_tiktok_integration USING btree (disconnected_at NULLS FIRST, tenant_id, integration_id) WHERE (disconnected_at IS NOT NULL);
CREATE INDEX alley_a_one_time_token_expires_at ON alley_fixture.alley_core_one_time_token USING btree (expires_at, token_id);
CREATE INDEX alley_a_pending_authorization_expires_at ON alley_fixture.alley_tiktok_pending_authorization USING btree (expires_at, tenant_id, state_hash);
CREATE INDEX alley_a_privacy_request_closed_at ON alley_fixture.alley_privacy_privacy_request USING btree (closed_at NULLS FIRST, id) WHERE (closed_at IS NOT NULL);
CREATE INDEX alley_a_session_expires_at ON alley_fixture.alley_core_session USING btree (expires_at, session_id);
CREATE INDEX alley_a_spend_at ON alley_fixture.alley_outreach_spend USING btree (at, tenant_id, spend_id);
CREATE INDEX alley_a_subscription_ended_at ON alley_fixture.alley_billing_subscription USING btree (ended_at NULLS FIRST, tenant_id, subscription_id) WHERE (ended_at IS NOT NULL);
CREATE INDEX alley_a_template_archived_at ON alley_fixture.alley_outreach_template USING btree (archived_at NULLS FIRST, tenant_id, template_id) WHERE (archived_at IS NOT NULL);
CREATE INDEX alley_a_tombstone_at ON alley_fixture.alley_privacy_tombstone USING btree (at, id);
CREATE INDEX alley_core_commit_applied ON alley_fixture.alley_core_commit USING btree (applied_at, id);
CREATE INDEX alley_core_outbox_waiting ON alley_fixture.alley_core_outbox USING btree (stream, "position") WHERE (available_at IS NOT NULL);
CREATE INDEX alley_core_rate_limit_full ON alley_fixture.alley_core_rate_limit USING btree (full_at, key);
CREATE INDEX alley_e_analytics_snapshot_shop_id ON alley_fixture.alley_tiktok_analytics_snapshot USING btree (tenant_id, shop_id, snapshot_id);
CREATE INDEX alley_e_audit_event_actor ON alley_fixture.alley_core_audit_event USING btree (actor, id);
CREATE INDEX alley_e_billing_inbox_event_tenant_id ON alley_fixture.alley_billing_billing_inbox_event USING btree (tenant_id NULLS FIRST, event_id) WHERE (tenant_id IS NOT NULL);
CREATE INDEX alley_e_campaign_template_id ON alley_fixture.alley_outreach_campaign USING btree (tenant_id, template_id NULLS FIRST, campaign_id) WHERE (template_id IS NOT NULL);
CREATE INDEX alley_e_contact_creator_ref ON alley_fixture.alley_outreach_contact USING btree (creator_ref, tenant_id, contact_key);
CREATE INDEX alley_e_delivery_record_creator_ref ON alley_fixture.alley_outreach_delivery_record USING btree (creator_ref, tenant_id, delivery_id);
CREATE INDEX alley_e_delivery_record_draft_id ON alley_fixture.alley_outreach_delivery_record USING btree (tenant_id, draft_id, delivery_id);
CREATE INDEX alley_e_delivery_record_seller_id ON alley_fixture.alley_outreach_delivery_record USING btree (seller_id NULLS FIRST, tenant_id, delivery_id) WHERE (seller_id IS NOT NULL);
CREATE INDEX alley_e_draft_creator_ref ON alley_fixture.alley_outreach_draft USING btree (creator_ref, tenant_id, draft_id);
CREATE INDEX alley_e_draft_revision_author_id ON alley_fixture.alley_outreach_draft_revision USING btree (author_id NULLS FIRST, tenant_id, revision_id) WHERE (author_id IS NOT NULL);
CREATE INDEX alley_e_draft_revision_creator_ref ON alley_fixture.alley_outreach_draft_revision USING btree (creator_ref, tenant_id, revision_id);
CREATE INDEX alley_e_draft_revision_draft_id ON alley_fixture.alley_outreach_draft_revision USING btree (tenant_id, draft_id, revision_id);
CREATE INDEX alley_e_draft_template_id ON alley_fixture.alley_outreach_draft USING btree (tenant_id, template_id NULLS FIRST, draft_id) WHERE (template_id IS NOT NULL);
CREATE INDEX alley_e_erasure_certificate_plan_id ON alley_fixture.alley_privacy_erasure_certificate USING btree (plan_id, id);
CREATE INDEX alley_e_erasure_leg_plan_id ON alley_fixture.alley_privacy_erasure_leg USING btree (plan_id, id);
CREATE INDEX alley_e_erasure_step_plan_id ON alley_fixture.alley_privacy_erasure_step USING btree (plan_id, id);
CREATE INDEX alley_e_finance_record_shop_id ON alley_fixture.alley_tiktok_finance_record USING btree (tenant_id, shop_id, finance_id);
CREATE INDEX alley_e_hand_out_creator_ref ON alley_fixture.alley_outreach_hand_out USING btree (creator_ref, tenant_id, hand_out_id);
CREATE INDEX alley_e_hand_out_draft_id ON alley_fixture.alley_outreach_hand_out USING btree (tenant_id, draft_id, hand_out_id);
CREATE INDEX alley_e_hand_out_seller_id ON alley_fixture.alley_outreach_hand_out USING btree (seller_id NULLS FIRST, tenant_id, hand_out_id) WHERE (seller_id IS NOT NULL);
CREATE INDEX alley_e_legal_hold_item_hold_id ON alley_fixture.alley_privacy_legal_hold_item USING btree (hold_id, id);
CREATE INDEX alley_e_membership_account_id ON alley_fixture.alley_core_membership USING btree (account_id, tenant_id, membership_id);
CREATE INDEX alley_e_one_time_token_account_id ON alley_fixture.alley_core_one_time_token USING btree (account_id, token_id);
CREATE INDEX alley_e_order_creator_ref ON alley_fixture.alley_tiktok_order USING btree (tenant_id, creator_ref NULLS FIRST, order_id) WHERE (creator_ref IS NOT NULL);
CREATE INDEX alley_e_order_shop_id ON alley_fixture.alley_tiktok_order USING btree (tenant_id, shop_id, order_id);
CREATE INDEX alley_e_privacy_request_requester_id ON alley_fixture.alley_privacy_privacy_request USING btree (requester_id NULLS FIRST, id) WHERE (requester_id IS NOT NULL);
CREATE INDEX alley_e_product_shop_id ON alley_fixture.alley_tiktok_product USING btree (tenant_id, shop_id, product_id);
CREATE INDEX alley_e_recovery_code_account_id ON alley_fixture.alley_core_recovery_code USING btree (account_id, code_id);
CREATE INDEX alley_e_review_note_creator_ref ON alley_fixture.alley_outreach_review_note USING btree (creator_ref, tenant_id, review_id);
CREATE INDEX alley_e_review_state_draft_id ON alley_fixture.alley_outreach_review_state USING btree (tenant_id, draft_id, review_id);
CREATE INDEX alley_e_review_state_reviewer_id ON alley_fixture.alley_outreach_review_state USING btree (reviewer_id NULLS FIRST, tenant_id, review_id) WHERE (reviewer_id IS NOT NULL);
CREATE INDEX alley_e_session_account_id ON alley_fixture.alley_core_session USING btree (account_id, session_id);
CREATE INDEX alley_e_shop_integration_id ON alley_fixture.alley_tiktok_shop USING btree (tenant_id, integration_id, shop_id);
CREATE INDEX alley_e_spend_creator_ref ON alley_fixture.alley_outreach_spend USING btree (creator_ref, tenant_id, spend_id);
CREATE INDEX alley_e_template_version_template_id ON alley_fixture.alley_outreach_template_version USING btree (tenant_id, template_id, version_id);
CREATE INDEX alley_e_tiktok_sync_cursor_shop_id ON alley_fixture.alley_tiktok_tiktok_sync_cursor USING btree (tenant_id, shop_id, cursor_id);
CREATE INDEX alley_e_tombstone_plan_id ON alley_fixture.alley_privacy_tombstone USING btree (plan_id, id);
CREATE INDEX alley_e_totp_credential_account_id ON alley_fixture.alley_core_totp_credential USING btree (account_id, totp_id);
CREATE INDEX alley_q_billing_customers_due ON alley_fixture.alley_billing_billing_customer USING btree (review_at NULLS FIRST, tenant_id);
CREATE INDEX alley_q_billing_inbox_due ON alley_fixture.alley_billing_billing_inbox_event USING btree (due_at NULLS FIRST, event_id);
CREATE INDEX alley_q_billing_inbox_waiting ON alley_fixture.alley_billing_billing_inbox_event USING btree (stripe_customer_id NULLS FIRST, state, event_id);
CREATE INDEX alley_q_campaigns_by_status ON alley_fixture.alley_outreach_campaign USING btree (tenant_id, status, campaign_id);
CREATE INDEX alley_q_certificates_of_plan ON alley_fixture.alley_privacy_erasure_certificate USING btree (plan_id, issued_at, id);
CREATE INDEX alley_q_deliveries_of_shop_newest ON alley_fixture.alley_outreach_delivery_record USING btree (tenant_id, shop_ref, seq, delivery_id);
CREATE INDEX alley_q_draft_approvals_ending ON alley_fixture.alley_outreach_draft USING btree (state, approved_until NULLS FIRST, tenant_id, draft_id);
CREATE INDEX alley_q_drafts_by_state ON alley_fixture.alley_outreach_draft USING btree (tenant_id, state, created_at, draft_id);
CREATE INDEX alley_q_drafts_expiring ON alley_fixture.alley_outreach_draft USING btree (state, expires_at NULLS FIRST, tenant_id, draft_id);
CREATE INDEX alley_q_drafts_of_creator ON alley_fixture.alley_outreach_draft USING btree (tenant_id, creator_ref, created_at, draft_id);
CREATE INDEX alley_q_drafts_of_tenant ON alley_fixture.alley_outreach_draft USING btree (tenant_id, created_at, draft_id);
CREATE INDEX alley_q_drafts_queued ON alley_fixture.alley_outreach_draft USING btree (tenant_id, campaign_id, state, not_before, draft_id);
CREATE INDEX alley_q_erasure_plans_due ON alley_fixture.alley_privacy_erasure_plan USING btree (next_at NULLS FIRST, id);
CREATE INDEX alley_q_erasure_steps_in_pass ON alley_fixture.alley_privacy_erasure_step USING btree (plan_id, record, pass, id);
CREATE INDEX alley_q_erasure_steps_in_state ON alley_fixture.alley_privacy_erasure_step USING btree (plan_id, state, "position", id);
CREATE INDEX alley_q_erasure_steps_of_hold ON alley_fixture.alley_privacy_erasure_step USING btree (hold_id NULLS FIRST, id);
CREATE INDEX alley_q_erasure_steps_of_row ON alley_fixture.alley_privacy_erasure_step USING btree (record, key, id);
CREATE INDEX alley_q_erasure_steps_until ON alley_fixture.alley_privacy_erasure_step USING btree (plan_id, until NULLS FIRST, id);
CREATE INDEX alley_q_erasure_steps_with_outcome ON alley_fixture.alley_privacy_erasure_step USING btree (plan_id, record, state, outcome, id);
CREATE INDEX alley_q_hand_out_leases_ending ON alley_fixture.alley_outreach_hand_out USING btree (outcome, lease_until, tenant_id, hand_out_id);
CREATE INDEX alley_q_hand_outs_by_outcome ON alley_fixture.alley_outreach_hand_out USING btree (tenant_id, outcome, lease_until, hand_out_id);
CREATE INDEX alley_q_hand_outs_of_draft ON alley_fixture.alley_outreach_hand_out USING btree (tenant_id, draft_id, attempt, hand_out_id);
CREATE INDEX alley_q_legal_hold_items_in_state ON alley_fixture.alley_privacy_legal_hold_item USING btree (hold_id, state, id);
CREATE INDEX alley_q_legal_hold_items_of_row ON alley_fixture.alley_privacy_legal_hold_item USING btree (record, key, id);
CREATE INDEX alley_q_legal_holds_in_state ON alley_fixture.alley_privacy_legal_hold USING btree (state, id);
CREATE INDEX alley_q_privacy_requests_in_state ON alley_fixture.alley_privacy_privacy_request USING btree (state, received_at, id);
CREATE INDEX alley_q_review_notes_of_draft ON alley_fixture.alley_outreach_review_note USING btree (tenant_id, draft_id, review_id);
CREATE INDEX alley_q_reviews_of_draft ON alley_fixture.alley_outreach_review_state USING btree (tenant_id, draft_id, at, review_id);
CREATE INDEX alley_q_spends_of_creator ON alley_fixture.alley_outreach_spend USING btree (tenant_id, creator_ref, at, spend_id);
CREATE INDEX alley_q_spends_since ON alley_fixture.alley_outreach_spend USING btree (tenant_id, at, spend_id);
CREATE INDEX alley_q_templates_of_tenant ON alley_fixture.alley_outreach_template USING btree (tenant_id, name, template_id);
CREATE INDEX alley_q_tiktok_inbox_due ON alley_fixture.alley_tiktok_tiktok_inbox_event USING btree (state, due_at, event_id);
CREATE INDEX alley_q_tiktok_inbox_handled ON alley_fixture.alley_tiktok_tiktok_inbox_event USING btree (handled_at NULLS FIRST, event_id);
CREATE INDEX alley_q_tiktok_integrations_of_seller ON alley_fixture.alley_tiktok_integration USING btree (open_id NULLS FIRST, tenant_id, integration_id);
CREATE INDEX alley_q_tiktok_orders ON alley_fixture.alley_tiktok_order USING btree (tenant_id, shop_id, created_at, order_id);
CREATE INDEX alley_q_tiktok_shops_by_ref ON alley_fixture.alley_tiktok_shop USING btree (shop_id, tenant_id);
CREATE INDEX alley_q_tiktok_snapshots ON alley_fixture.alley_tiktok_analytics_snapshot USING btree (tenant_id, shop_id, start_date, snapshot_id);
CREATE INDEX alley_q_tiktok_statements ON alley_fixture.alley_tiktok_finance_record USING btree (tenant_id, shop_id, statement_at, finance_id);
CREATE INDEX alley_q_tiktok_tokens_due ON alley_fixture.alley_tiktok_token USING btree (refresh_due_at NULLS FIRST, tenant_id, integration_id);
CREATE INDEX alley_s_creator_creator_id ON alley_fixture.alley_tiktok_creator USING btree (creator_id, tenant_id);
CREATE INDEX alley_s_erasure_plan_subject_hash ON alley_fixture.alley_privacy_erasure_plan USING btree (subject_hash NULLS FIRST, id) WHERE (subject_hash IS NOT NULL);
CREATE INDEX alley_s_legal_hold_root_hash ON alley_fixture.alley_privacy_legal_hold USING btree (root_hash NULLS FIRST, id) WHERE (root_hash IS NOT NULL);
CREATE INDEX alley_s_order_buyer_id ON alley_fixture.alley_tiktok_order USING btree (buyer_id NULLS FIRST, tenant_id, order_id) WHERE (buyer_id IS NOT NULL);
CREATE UNIQUE INDEX alley_u_account_by_customer_id ON alley_fixture.alley_core_account USING btree (customer_id);
CREATE UNIQUE INDEX alley_u_account_by_email ON alley_fixture.alley_core_account USING btree (email_index);
CREATE UNIQUE INDEX alley_u_billing_customer_billing_customer_by_ref ON alley_fixture.alley_billing_billing_customer USING btree (stripe_customer_id NULLS FIRST);
CREATE UNIQUE INDEX alley_u_delivery_record_hand_out ON alley_fixture.alley_outreach_delivery_record USING btree (tenant_id, hand_out_id);
CREATE UNIQUE INDEX alley_u_delivery_record_place ON alley_fixture.alley_outreach_delivery_record USING btree (tenant_id, shop_ref, seq);
CREATE UNIQUE INDEX alley_u_draft_open ON alley_fixture.alley_outreach_draft USING btree (tenant_id, open_key NULLS FIRST);
CREATE UNIQUE INDEX alley_u_draft_revision_number ON alley_fixture.alley_outreach_draft_revision USING btree (tenant_id, draft_id, number);
CREATE UNIQUE INDEX alley_u_erasure_plan_by_trigger ON alley_fixture.alley_privacy_erasure_plan USING btree (trigger_ref NULLS FIRST);
CREATE UNIQUE INDEX alley_u_hand_out_attempt ON alley_fixture.alley_outreach_hand_out USING btree (tenant_id, draft_id, attempt);
CREATE UNIQUE INDEX alley_u_hand_out_request ON alley_fixture.alley_outreach_hand_out USING btree (tenant_id, request_key);
CREATE UNIQUE INDEX alley_u_hand_out_token ON alley_fixture.alley_outreach_hand_out USING btree (tenant_id, token_hash);
CREATE UNIQUE INDEX alley_u_integration_live_seller ON alley_fixture.alley_tiktok_integration USING btree (tenant_id, open_id NULLS FIRST);
CREATE UNIQUE INDEX alley_u_membership_by_account ON alley_fixture.alley_core_membership USING btree (tenant_id, account_id);
CREATE UNIQUE INDEX alley_u_one_time_token_by_token ON alley_fixture.alley_core_one_time_token USING btree (token_hash);
CREATE UNIQUE INDEX alley_u_recovery_code_by_code ON alley_fixture.alley_core_recovery_code USING btree (account_id, hash);
CREATE UNIQUE INDEX alley_u_session_by_token ON alley_fixture.alley_core_session USING btree (token_hash);
CREATE UNIQUE INDEX alley_u_spend_refund ON alley_fixture.alley_outreach_spend USING btree (tenant_id, refunds NULLS FIRST);
CREATE UNIQUE INDEX alley_u_template_name ON alley_fixture.alley_outreach_template USING btree (tenant_id, name);
CREATE UNIQUE INDEX alley_u_template_version_number ON alley_fixture.alley_outreach_template_version USING btree (tenant_id, template_id, number);
CREATE UNIQUE INDEX alley_u_tenant_by_customer_id ON alley_fixture.alley_core_tenant USING btree (customer_id);
