CREATE TABLE companies (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    tax_code TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    created_at TEXT NOT NULL CHECK (datetime(created_at) IS NOT NULL)
);

CREATE TABLE contacts (
    id INTEGER PRIMARY KEY,
    company_id INTEGER REFERENCES companies (id),
    full_name TEXT NOT NULL,
    salutation TEXT,
    email TEXT,
    phone TEXT,
    job_title TEXT,
    business_unit TEXT,
    contact_address TEXT,
    tax_id TEXT,
    bank_account TEXT,
    remarks TEXT,
    marketing_events TEXT NOT NULL DEFAULT 'no' CHECK (marketing_events IN ('yes', 'no')),
    marketing_programmes TEXT NOT NULL DEFAULT 'no' CHECK (marketing_programmes IN ('yes', 'no')),
    marketing_campaigns TEXT NOT NULL DEFAULT 'no' CHECK (marketing_campaigns IN ('yes', 'no')),
    marketing_surveys TEXT NOT NULL DEFAULT 'no' CHECK (marketing_surveys IN ('yes', 'no')),
    marketing_advertising TEXT NOT NULL DEFAULT 'no' CHECK (marketing_advertising IN ('yes', 'no')),
    calls_programmes TEXT NOT NULL DEFAULT 'no' CHECK (calls_programmes IN ('yes', 'no')),
    calls_surveys TEXT NOT NULL DEFAULT 'no' CHECK (calls_surveys IN ('yes', 'no')),
    zalo_campaigns TEXT NOT NULL DEFAULT 'no' CHECK (zalo_campaigns IN ('yes', 'no')),
    zalo_promotions TEXT NOT NULL DEFAULT 'no' CHECK (zalo_promotions IN ('yes', 'no')),
    restricted BOOLEAN NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1)),
    account_manager TEXT,
    created_at TEXT NOT NULL CHECK (datetime(created_at) IS NOT NULL),
    updated_at TEXT NOT NULL CHECK (datetime(updated_at) IS NOT NULL)
);

CREATE INDEX contacts_email ON contacts (email COLLATE NOCASE);

CREATE INDEX contacts_phone ON contacts (phone);

CREATE INDEX contacts_company ON contacts (company_id);

CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    contact_id INTEGER REFERENCES contacts (id),
    channel TEXT NOT NULL CHECK (channel IN ('email', 'phone', 'chat', 'form')),
    subject TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    satisfaction INTEGER CHECK (satisfaction BETWEEN 1 AND 5),
    assigned_to TEXT,
    opened_at TEXT NOT NULL CHECK (datetime(opened_at) IS NOT NULL)
);

CREATE INDEX conversations_contact ON conversations (contact_id, opened_at);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    attachment BLOB,
    headers TEXT,
    sent_at TEXT NOT NULL CHECK (datetime(sent_at) IS NOT NULL)
);

CREATE INDEX messages_conversation ON messages (conversation_id, sent_at);

CREATE TABLE contracts (
    id INTEGER PRIMARY KEY,
    contact_id INTEGER REFERENCES contacts (id),
    company_id INTEGER REFERENCES companies (id),
    number TEXT NOT NULL UNIQUE CHECK (number GLOB 'C-[0-9]*' AND length(number) <= 16),
    signed_by TEXT NOT NULL,
    signature BLOB,
    wording TEXT,
    monthly_fee DECIMAL(14, 2) NOT NULL CHECK (monthly_fee >= 0),
    currency TEXT NOT NULL DEFAULT 'VND' CHECK (currency IN ('VND', 'USD', 'EUR')),
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    CHECK (ends_on > starts_on)
);

CREATE INDEX contracts_contact ON contracts (contact_id, starts_on);

CREATE TABLE invoices (
    id INTEGER PRIMARY KEY,
    contact_id INTEGER NOT NULL REFERENCES contacts (id),
    company_id INTEGER REFERENCES companies (id),
    contract_id INTEGER REFERENCES contracts (id),
    number TEXT NOT NULL UNIQUE CHECK (number GLOB 'INV-[0-9]*' AND length(number) <= 16),
    billing_name TEXT NOT NULL,
    billing_address TEXT,
    billing_email TEXT,
    billing_tax_id TEXT,
    note TEXT,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    currency TEXT NOT NULL DEFAULT 'VND' CHECK (currency IN ('VND', 'USD', 'EUR')),
    unpaid BOOLEAN NOT NULL DEFAULT 1 CHECK (unpaid IN (0, 1)),
    issued_at TEXT NOT NULL CHECK (datetime(issued_at) IS NOT NULL),
    due_at TEXT NOT NULL CHECK (datetime(due_at) IS NOT NULL)
);

CREATE INDEX invoices_contact ON invoices (contact_id, issued_at);

CREATE TABLE invoice_lines (
    id INTEGER PRIMARY KEY,
    invoice_id INTEGER NOT NULL REFERENCES invoices (id),
    position INTEGER NOT NULL CHECK (position > 0),
    description TEXT NOT NULL,
    quantity DECIMAL(10, 2) NOT NULL DEFAULT 1,
    unit_price DECIMAL(14, 2) NOT NULL,
    issued_at TEXT NOT NULL CHECK (datetime(issued_at) IS NOT NULL),
    UNIQUE (invoice_id, position)
);

CREATE TABLE campaign_sends (
    id INTEGER PRIMARY KEY,
    contact_id INTEGER NOT NULL REFERENCES contacts (id),
    campaign TEXT NOT NULL,
    to_address TEXT NOT NULL,
    subject TEXT NOT NULL,
    clicked_link TEXT,
    opened_at TEXT CHECK (datetime(opened_at) IS NOT NULL OR opened_at IS NULL),
    sent_at TEXT NOT NULL CHECK (datetime(sent_at) IS NOT NULL)
);

CREATE INDEX campaign_sends_contact ON campaign_sends (contact_id, sent_at);
