-- AlterTable
ALTER TABLE "licenses" ADD COLUMN     "comp" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "ledger" ADD COLUMN     "days" INTEGER;

-- CreateTable
CREATE TABLE "administrators" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "disabled_at" TIMESTAMPTZ(3),
    "password_hash" TEXT,
    "sealed_totp" BYTEA NOT NULL,
    "totp_step" INTEGER NOT NULL DEFAULT 0,
    "recovery_hashes" TEXT[],
    "enrolment_hash" TEXT,
    "enrolment_ends" TIMESTAMPTZ(3),

    CONSTRAINT "administrators_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin_sessions" (
    "id" TEXT NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "administrator_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3),
    "address" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL,

    CONSTRAINT "admin_sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_tokens" (
    "id" TEXT NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "administrator_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "token_id" TEXT,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "before" JSONB NOT NULL,
    "after" JSONB NOT NULL,
    "address" TEXT NOT NULL,
    "request_id" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "trial_budgets" (
    "network_hash" TEXT NOT NULL,
    "used" INTEGER NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "trial_budgets_pkey" PRIMARY KEY ("network_hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "administrators_email_key" ON "administrators"("email");

-- CreateIndex
CREATE UNIQUE INDEX "administrators_enrolment_hash_key" ON "administrators"("enrolment_hash");

-- CreateIndex
CREATE UNIQUE INDEX "admin_sessions_secret_hash_key" ON "admin_sessions"("secret_hash");

-- CreateIndex
CREATE INDEX "admin_sessions_administrator_id_idx" ON "admin_sessions"("administrator_id");

-- CreateIndex
CREATE INDEX "api_tokens_administrator_id_idx" ON "api_tokens"("administrator_id");

-- CreateIndex
CREATE UNIQUE INDEX "audit_log_hash_key" ON "audit_log"("hash");

-- CreateIndex
CREATE INDEX "audit_log_target_id_idx" ON "audit_log"("target", "id");

-- CreateIndex
CREATE INDEX "trial_budgets_expires_at_idx" ON "trial_budgets"("expires_at");

-- AddForeignKey
ALTER TABLE "admin_sessions" ADD CONSTRAINT "admin_sessions_administrator_id_fkey" FOREIGN KEY ("administrator_id") REFERENCES "administrators"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_administrator_id_fkey" FOREIGN KEY ("administrator_id") REFERENCES "administrators"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What follows is written by hand: Prisma's schema language cannot say it.

-- Time that a person gave takes its turn with payments; only it counts days.
ALTER TABLE "ledger" DROP CONSTRAINT "ledger_kind_check", DROP CONSTRAINT "ledger_revision_check";
ALTER TABLE "ledger"
    ADD CONSTRAINT "ledger_kind_check" CHECK ("kind" IN ('grant', 'reversal', 'extension')),
    ADD CONSTRAINT "ledger_days_check" CHECK (("kind" = 'extension') = ("days" IS NOT NULL) AND "days" > 0),
    ADD CONSTRAINT "ledger_revision_check" CHECK ("revision" >= 0 AND ("revision" % 2 = 0) = ("kind" <> 'reversal'));

ALTER TABLE "administrators"
    ADD CONSTRAINT "administrators_role_check" CHECK ("role" IN ('owner', 'support', 'finance', 'read-only')),
    ADD CONSTRAINT "administrators_email_check" CHECK ("email" = lower("email"));

CREATE TRIGGER "audit_log_append_only" BEFORE UPDATE OR DELETE ON "audit_log"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "audit_log_no_truncate" BEFORE TRUNCATE ON "audit_log"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

-- Lists are read newest first, a page at a time.
CREATE INDEX "licenses_page_idx" ON "licenses" ("created_at" DESC, "id" DESC);
CREATE INDEX "devices_page_idx" ON "devices" ("created_at" DESC, "id" DESC);
CREATE INDEX "checkouts_page_idx" ON "checkouts" ("created_at" DESC, "id" DESC);
-- What a license is searched by.
CREATE INDEX "licenses_key_tail_idx" ON "licenses" ("key_tail");
CREATE INDEX "checkouts_email_idx" ON "checkouts" (lower("email"));
