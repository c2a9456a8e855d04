-- One row for each event, however often BTCPay delivers it: a retry keeps its originalDeliveryId.
ALTER TABLE "inbox" ADD COLUMN "deliveries" INTEGER NOT NULL DEFAULT 1;
DELETE FROM "inbox" AS "later" USING "inbox" AS "first"
    WHERE "later"."delivery_id" = "first"."delivery_id" AND "later"."id" > "first"."id";
CREATE UNIQUE INDEX "inbox_delivery_id_key" ON "inbox"("delivery_id");

-- How an item ended: by a person, or because what it was about has passed.
ALTER TABLE "attention" ADD COLUMN "resolution" TEXT, ADD COLUMN "resolved_by" TEXT;
UPDATE "attention" SET "resolution" = 'obsolete' WHERE "resolved_at" IS NOT NULL;
ALTER TABLE "attention" ADD CONSTRAINT "attention_resolution_check"
    CHECK (("resolution" IS NULL) = ("resolved_at" IS NULL)
        AND ("resolution" IS NULL OR "resolution" IN ('accepted', 'refused', 'obsolete')));
CREATE INDEX "attention_invoice_id_idx" ON "attention"("invoice_id");

-- When BTCPay was told to put the invoice away.
ALTER TABLE "checkouts" ADD COLUMN "archived_at" TIMESTAMPTZ(3);
