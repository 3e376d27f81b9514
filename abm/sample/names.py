"""Word lists of the fictional company: people, firms, titles, markets, places."""

from __future__ import annotations

SITE = "https://www.lumenier.example"

FIRST_NAMES = (
    "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara "
    "Richard Susan Joseph Jessica Thomas Sarah Carlos Karen Daniel Lisa Matthew Nancy Anthony "
    "Sandra Mark Ashley Steven Emily Andrew Donna Paul Michelle Joshua Carol Kenneth Amanda Kevin "
    "Melissa Brian Deborah Omar Stephanie Wei Priya Aisha Rahul Mei Diego Sofia Hiroshi Fatima "
    "Ravi Chloe Camille Julien Antoine Lukas Anna Nikhil Leila Marcus Grace Ethan Olivia Noah Emma "
    "Liam Ava Isaac Zoe Hannah Samuel Naomi Victor Ines Tariq Yara Owen"
).split()
LAST_NAMES = (
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez "
    "Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris "
    "Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill "
    "Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Patel Kim Chen "
    "Singh Shah Kumar Cohen Murphy Kelly Cooper Reed Bailey Bell Gomez Ward Cox Diaz Richardson "
    "Wood Watson Brooks Bennett Gray Hughes Price Myers Long Foster Sanders Ross Morales Powell "
    "Sullivan Russell Ortiz Jenkins Perry Butler Barnes Fisher Okafor Mensah Novak Kowalski Weber "
    "Schmidt Moreau Lefevre Dubois Rossi Silva Tanaka Park Haddad Nasser Andersen Lindqvist"
).split()
FIRM_STARTS = (
    "Alder Amber Arbor Aspen Atlas Beacon Birch Blue Bright Cedar Clear Cobalt Copper Coral Crest "
    "Delta Dune East Echo Elm Ember Falcon Fern Fir Flint Frost Garnet Granite Harbor Hazel Heron "
    "High Indigo Iron Ivory Jade Juniper Keystone Lake Lark Laurel Linden Lunar Maple Marble "
    "Meadow Mesa Mill Moss North Oak Ocean Olive Onyx Opal Orchid Osprey Pearl Pine Plain Prairie "
    "Quartz Quill Raven Red Ridge River Rowan Sable Sage Shore Silver Slate Solar Spruce Stone "
    "Summit Thistle Timber Topaz Vale Walnut West Willow Winter"
).split()
FIRM_ENDS = (
    "beam bend bridge brook cast cove craft crest dale drift fall field flow ford forge gate grove "
    "haven hill hold hollow land light line lock loop mark mere mont path peak point pond port "
    "post reach rise rock root run sail shade side span spring stead stem stone stream summit tide "
    "trail vale view ware wave way weld well wick wind wood works yard"
).split()
FIRM_KINDS = {
    "saas_b2b": ["Software", "Systems", "Cloud", "Labs", "Data", "Technologies"],
    "healthtech": ["Health", "Clinical", "Medical", "Care", "Health Systems"],
    "fintech": ["Bank", "Financial", "Capital", "Payments", "Pay", "Credit Union"],
    "other": ["Manufacturing", "Logistics", "Retail Group", "Industries", "Foods"],
}

SECTORS = ["saas_b2b", "healthtech", "fintech", "other"]
INDUSTRIES: list[tuple[str | None, str, float]] = [
    ("B2B Software", "saas_b2b", 0.16),
    ("SaaS", "saas_b2b", 0.16),
    ("Computer Software", "saas_b2b", 0.13),
    ("Healthcare Technology", "healthtech", 0.12),
    ("Digital Health", "healthtech", 0.08),
    ("Financial Services", "fintech", 0.10),
    ("FinTech", "fintech", 0.07),
    ("Banking", "fintech", 0.05),
    ("Manufacturing", "other", 0.04),
    ("Retail", "other", 0.03),
    ("Logistics", "other", 0.03),
    (None, "other", 0.02),
    ("Renewables & Environment", "other", 0.01),
]
"""Raw label, sector and share of accounts."""

COUNTRIES: list[tuple[list[str], str, str, float]] = [
    (["United States", "USA", "US"], "USD", "United States", 0.79),
    (["Canada"], "CAD", "Canada", 0.06),
    (["United Kingdom", "UK"], "GBP", "United Kingdom", 0.06),
    (["France"], "EUR", "France", 0.05),
    (["Germany"], "EUR", "Germany", 0.04),
]
"""Spellings in the CRM, currency, one name, share of accounts."""
STATES = ["California", "New York", "Texas", "Massachusetts", "Illinois", "Georgia", "Colorado"]

TITLES: list[tuple[str, str, list[str]]] = [
    ("ceo_owner", "Executive", ["CEO", "Chief Executive Officer", "Founder & CEO", "Owner"]),
    ("cfo", "Finance", ["CFO", "Chief Financial Officer"]),
    ("cto", "Technology", ["CTO", "Chief Technology Officer"]),
    ("cmo", "Marketing", ["CMO", "Chief Marketing Officer"]),
    ("it_security", "IT", ["CISO", "IT Security Manager", "Head of Information Security"]),
    ("it", "IT", ["IT Director", "IT Manager", "Systems Administrator"]),
    ("finance", "Finance", ["Finance Director", "Financial Controller", "VP Finance"]),
    ("procurement", "Procurement", ["Procurement Manager", "Head of Procurement", "Buyer"]),
    ("legal", "Legal", ["General Counsel", "Legal Counsel"]),
    ("operations", "Operations", ["Operations Manager", "COO", "VP Operations"]),
    (
        "department_head",
        "Operations",
        ["Head of Real Estate", "Head of Data", "Director of RevOps"],
    ),
    ("end_user", "Operations", ["Data Analyst", "Account Manager", "Project Manager"]),
]
"""Persona, department and the titles that people of it carry."""
TITLE_WEIGHTS = [0.07, 0.07, 0.07, 0.05, 0.07, 0.12, 0.10, 0.07, 0.05, 0.12, 0.12, 0.09]

BUYING_ROLES = [
    "Champion", "Economic Buyer", "Decision Maker", "Executive Sponsor", "Technical Buyer",
    "Influencer", "End User", "Procurement", "Legal", "IT", "decision-maker", "economic buyer ",
    "Gatekeeper", "Blocker",
]  # fmt: skip
BUYING_ROLE_WEIGHTS = [
    [0, 6, 40, 30, 0, 6, 0, 0, 0, 0, 14, 4, 0, 0],
    [0, 60, 15, 8, 0, 5, 0, 0, 0, 0, 2, 10, 0, 0],
    [8, 0, 36, 8, 34, 6, 0, 0, 0, 0, 8, 0, 0, 0],
    [46, 6, 26, 10, 0, 8, 0, 0, 0, 0, 4, 0, 0, 0],
    [4, 0, 4, 0, 44, 14, 0, 0, 0, 16, 0, 0, 10, 8],
    [6, 0, 6, 0, 38, 16, 4, 0, 0, 30, 0, 0, 0, 0],
    [4, 38, 6, 0, 0, 46, 0, 2, 0, 0, 0, 4, 0, 0],
    [0, 2, 0, 0, 0, 4, 0, 90, 0, 0, 0, 0, 4, 0],
    [0, 0, 0, 0, 0, 6, 0, 0, 92, 0, 0, 0, 0, 2],
    [28, 4, 22, 4, 0, 26, 14, 0, 0, 0, 2, 0, 0, 0],
    [34, 4, 28, 0, 2, 22, 8, 0, 0, 0, 2, 0, 0, 0],
    [4, 0, 0, 0, 2, 18, 76, 0, 0, 0, 0, 0, 0, 0],
]  # fmt: skip
"""Weights of the roles above for each of `TITLES`: who signs, who checks, who uses."""
CONTACT_ROLES = [
    "Decision Maker", "Economic Buyer", "Champion", "Influencer", "Technical Buyer", "Evaluator",
    "Business User", "Executive Sponsor", "IT", "Procurement", "Other", None,
]  # fmt: skip
CONTACT_ROLE_WEIGHTS = [
    [60, 6, 0, 4, 0, 0, 0, 26, 0, 0, 0, 4],
    [20, 66, 0, 4, 0, 0, 0, 6, 0, 0, 0, 4],
    [44, 0, 8, 4, 34, 0, 0, 6, 0, 0, 0, 4],
    [34, 6, 44, 4, 0, 0, 0, 8, 0, 0, 0, 4],
    [6, 0, 4, 12, 40, 14, 0, 0, 16, 0, 4, 4],
    [8, 0, 6, 10, 34, 16, 2, 0, 20, 0, 0, 4],
    [8, 40, 4, 38, 0, 4, 0, 0, 0, 2, 0, 4],
    [0, 2, 0, 4, 0, 0, 0, 0, 0, 86, 4, 4],
    [0, 0, 0, 30, 0, 6, 0, 0, 0, 4, 56, 4],
    [26, 4, 26, 20, 0, 4, 14, 2, 0, 0, 0, 4],
    [32, 4, 32, 16, 2, 4, 6, 0, 0, 0, 0, 4],
    [0, 0, 4, 16, 2, 10, 60, 0, 0, 0, 4, 4],
]  # fmt: skip
HUBSPOT_ROLES = ["DECISION_MAKER", "CHAMPION", "BUDGET_HOLDER", "INFLUENCER", "END_USER"]
HUBSPOT_ROLE_WEIGHTS = [
    [90, 0, 8, 2, 0], [20, 0, 76, 4, 0], [60, 20, 0, 20, 0], [40, 50, 6, 4, 0],
    [10, 10, 0, 80, 0], [10, 15, 0, 60, 15], [10, 5, 50, 35, 0], [0, 0, 40, 60, 0],
    [0, 0, 0, 100, 0], [25, 30, 5, 20, 20], [35, 35, 5, 15, 10], [0, 5, 0, 20, 75],
]  # fmt: skip

DEAL_PRODUCTS = ["Platform", "Care", "Trust", "Core"]
"""What each sector is sold."""
DEAL_NAMES = [
    ["rollout", "for marketing", "for sales operations", "pilot", "for one region", "essentials",
     "data migration", "for finance"],
    ["additional seats", "analytics module", "second region", "integration package",
     "governance module", "premium support", "data archive", "training package"],
    ["renewal"],
]  # fmt: skip
"""What a new deal, an expansion and a renewal are about, in the order in which they come."""

FREE_MAIL = ["gmail.com", "outlook.com", "yahoo.com", "icloud.com"]
LEAD_SOURCES = ["Web", "Webinar", "Trade Show", "Partner", "Outbound", "Referral", None]

TOPICS = [
    "Account Based Marketing", "Revenue Operations", "Customer Data Platform", "Data Integration",
    "Sales Forecasting", "Predictive Analytics", "Workflow Automation", "Business Intelligence",
    "Data Governance", "Marketing Attribution", "Vendor Risk Management", "API Management",
]  # fmt: skip
USER_AGENTS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/129.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
]
MACHINE_AGENTS = [
    "Mozilla/5.0 (Apple Mail Privacy Proxy)",
    "Barracuda Sentinel (EE)",
    "Mozilla/5.0 (compatible; Mimecast URL Scanner)",
    "Proofpoint URL Defense Scanner",
]
