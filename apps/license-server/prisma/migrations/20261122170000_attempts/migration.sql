-- CreateTable
CREATE TABLE "attempts" (
    "name_hash" TEXT NOT NULL,
    "tried" TIMESTAMPTZ(3)[],
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "attempts_pkey" PRIMARY KEY ("name_hash")
);

-- CreateIndex
CREATE INDEX "attempts_expires_at_idx" ON "attempts"("expires_at");
