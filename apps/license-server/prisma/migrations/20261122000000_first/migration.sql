-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "licenses" (
    "id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "trial_end" TIMESTAMPTZ(3),
    "paid_through" TIMESTAMPTZ(3),
    "seats" INTEGER NOT NULL,
    "hold" TEXT NOT NULL DEFAULT 'none',
    "key_hash" TEXT,
    "key_tail" TEXT,

    CONSTRAINT "licenses_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "devices" (
    "id" TEXT NOT NULL,
    "license_id" TEXT,
    "label" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "app_version" TEXT NOT NULL,
    "marker_hash" TEXT,
    "seq" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "devices_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "seats" (
    "id" BIGSERIAL NOT NULL,
    "license_id" TEXT NOT NULL,
    "device_id" TEXT NOT NULL,
    "slot" INTEGER NOT NULL,
    "taken_at" TIMESTAMPTZ(3) NOT NULL,
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "seats_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "trial_markers" (
    "marker_hash" TEXT NOT NULL,
    "license_id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "trial_markers_pkey" PRIMARY KEY ("marker_hash")
);

-- CreateTable
CREATE TABLE "ledger" (
    "id" BIGSERIAL NOT NULL,
    "license_id" TEXT NOT NULL,
    "invoice_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "paid_at" TIMESTAMPTZ(3) NOT NULL,
    "flags" TEXT[],
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "checkouts" (
    "id" TEXT NOT NULL,
    "device_id" TEXT NOT NULL,
    "license_id" TEXT,
    "plan" TEXT NOT NULL,
    "amount" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "email" TEXT,
    "claim_hash" TEXT NOT NULL,
    "sealed_key" BYTEA NOT NULL,
    "key_hash" TEXT NOT NULL,
    "key_tail" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "invoice_id" TEXT,
    "checkout_url" TEXT,
    "expires_at" TIMESTAMPTZ(3),
    "state" TEXT NOT NULL,
    "status" TEXT,
    "additional_status" TEXT,
    "paid_amount" TEXT NOT NULL DEFAULT '0',
    "next_check_at" TIMESTAMPTZ(3),

    CONSTRAINT "checkouts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "inbox" (
    "id" BIGSERIAL NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "body" BYTEA NOT NULL,
    "delivery_id" TEXT,
    "type" TEXT,
    "invoice_id" TEXT,
    "state" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL,
    "error" TEXT,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "inbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attention" (
    "id" BIGSERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "invoice_id" TEXT,
    "checkout_id" TEXT,
    "license_id" TEXT,
    "detail" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "attention_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signing_keys" (
    "kid" TEXT NOT NULL,
    "public_x" TEXT NOT NULL,
    "sealed_private" BYTEA NOT NULL,
    "state" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "signing_keys_pkey" PRIMARY KEY ("kid")
);

-- CreateTable
CREATE TABLE "key_sets" (
    "version" INTEGER NOT NULL,
    "jws" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "key_sets_pkey" PRIMARY KEY ("version")
);

-- CreateTable
CREATE TABLE "issuances" (
    "jti" TEXT NOT NULL,
    "license_id" TEXT NOT NULL,
    "device_id" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "kid" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "issuances_pkey" PRIMARY KEY ("jti")
);

-- CreateTable
CREATE TABLE "used_proofs" (
    "device_id" TEXT NOT NULL,
    "jti" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "used_proofs_pkey" PRIMARY KEY ("device_id","jti")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "device_id" TEXT NOT NULL,
    "route" TEXT NOT NULL,
    "key_hash" TEXT NOT NULL,
    "body_hash" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "response" BYTEA,
    "locked_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("device_id","route","key_hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "licenses_key_hash_key" ON "licenses"("key_hash");

-- CreateIndex
CREATE INDEX "devices_license_id_idx" ON "devices"("license_id");

-- CreateIndex
CREATE INDEX "seats_license_id_idx" ON "seats"("license_id");

-- CreateIndex
CREATE INDEX "seats_device_id_idx" ON "seats"("device_id");

-- CreateIndex
CREATE INDEX "ledger_license_id_idx" ON "ledger"("license_id");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_invoice_id_revision_key" ON "ledger"("invoice_id", "revision");

-- CreateIndex
CREATE UNIQUE INDEX "checkouts_invoice_id_key" ON "checkouts"("invoice_id");

-- CreateIndex
CREATE INDEX "checkouts_next_check_at_idx" ON "checkouts"("next_check_at");

-- CreateIndex
CREATE INDEX "checkouts_device_id_idx" ON "checkouts"("device_id");

-- CreateIndex
CREATE INDEX "checkouts_license_id_idx" ON "checkouts"("license_id");

-- CreateIndex
CREATE INDEX "inbox_state_next_attempt_at_idx" ON "inbox"("state", "next_attempt_at");

-- CreateIndex
CREATE INDEX "inbox_invoice_id_idx" ON "inbox"("invoice_id");

-- CreateIndex
CREATE UNIQUE INDEX "attention_key_key" ON "attention"("key");

-- CreateIndex
CREATE INDEX "attention_resolved_at_idx" ON "attention"("resolved_at");

-- CreateIndex
CREATE INDEX "issuances_license_id_idx" ON "issuances"("license_id");

-- CreateIndex
CREATE INDEX "issuances_expires_at_idx" ON "issuances"("expires_at");

-- CreateIndex
CREATE INDEX "used_proofs_expires_at_idx" ON "used_proofs"("expires_at");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- AddForeignKey
ALTER TABLE "devices" ADD CONSTRAINT "devices_license_id_fkey" FOREIGN KEY ("license_id") REFERENCES "licenses"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "seats" ADD CONSTRAINT "seats_license_id_fkey" FOREIGN KEY ("license_id") REFERENCES "licenses"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "seats" ADD CONSTRAINT "seats_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "devices"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ledger" ADD CONSTRAINT "ledger_license_id_fkey" FOREIGN KEY ("license_id") REFERENCES "licenses"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "checkouts" ADD CONSTRAINT "checkouts_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "devices"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "checkouts" ADD CONSTRAINT "checkouts_license_id_fkey" FOREIGN KEY ("license_id") REFERENCES "licenses"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What follows is written by hand: Prisma's schema language cannot say it.

-- A seat is a slot: the index, not a count, is what limits them, so two activations at once cannot both pass.
CREATE UNIQUE INDEX "seats_open_slot_key" ON "seats" ("license_id", "slot") WHERE "released_at" IS NULL;
-- A device holds one licence at a time.
CREATE UNIQUE INDEX "seats_open_device_key" ON "seats" ("device_id") WHERE "released_at" IS NULL;
CREATE UNIQUE INDEX "signing_keys_active_key" ON "signing_keys" ("state") WHERE "state" = 'active';

ALTER TABLE "ledger"
    ADD CONSTRAINT "ledger_kind_check" CHECK ("kind" IN ('grant', 'reversal')),
    -- Grant and reversal of one invoice take turns, beginning with a grant.
    ADD CONSTRAINT "ledger_revision_check" CHECK ("revision" >= 0 AND ("revision" % 2 = 0) = ("kind" = 'grant'));
ALTER TABLE "licenses"
    ADD CONSTRAINT "licenses_hold_check" CHECK ("hold" IN ('none', 'suspended', 'revoked'));
ALTER TABLE "signing_keys"
    ADD CONSTRAINT "signing_keys_state_check" CHECK ("state" IN ('next', 'active', 'retiring', 'retired', 'revoked'));
ALTER TABLE "inbox"
    ADD CONSTRAINT "inbox_state_check" CHECK ("state" IN ('pending', 'done', 'ignored'));

CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER "ledger_append_only" BEFORE UPDATE OR DELETE ON "ledger"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "ledger_no_truncate" BEFORE TRUNCATE ON "ledger"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
