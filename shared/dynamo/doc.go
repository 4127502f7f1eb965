/*
Package dynamo is the store: it reads and writes every DynamoDB table of the
system, and is the only package that knows the form of the items. The rules,
such as which coupon may be held, are in the pure packages; this package turns
them into conditional writes. This comment is the key table and the map of the
files.

# Tables

All keys are strings. [Tables] holds the names of the tables.

	| table     | key                         | item                                     | written by                        |
	| --------- | --------------------------- | ---------------------------------------- | --------------------------------- |
	| Orders    | order                       | an [Order]: shop.Order, the intents that it raised | record                  |
	| Customers | customer, kind = PROFILE    | profile.Profile, the ledger of points    | record, redeem                    |
	| Customers | customer = mailbox:MAILBOX, kind = CONTACT | frequency.Contact: consent, the ledger; of all customers with this address | record, send, settle, preferences, redeem |
	| Customers | customer, kind = CONTACT    | frequency.Contact of a customer whose address is not known | record, settle, preferences, redeem |
	| Customers | signup:MAILBOX, kind = PROFILE | the profile of a sign-up that is not confirmed yet, with profile.SignUp | signup, preferences |
	| Customers | signup:network:HASH:HOUR, kind = COUNT | how many sign-ups came from one network in one hour | signup |
	| Customers | bought:CUSTOMER, kind = BOUGHT/PART | sums of older orders by product, of a profile with many: see [profile.Profile.PutBeside] | record, preferences, privacy |
	| Customers | zone:, kind = ZONE          | that customers have or had this time zone | all that write profiles          |
	| Customers | erased:HASH, kind = ERASED   | when a customer was erased; HASH is a keyed hash of the ID | privacy |
	| Catalogue | product                     | shop.Product, its prices, what was learned of it | record, learn     |
	| Catalogue | product = " live PRODUCT"   | a live.Row: what was counted of the product  | record                        |
	| Sends     | customer, send              | claim.Send                               | send, settle; click its clicks    |
	| Decisions | customer, send              | the [Inputs] of the last decision        | send                              |
	| Decisions | content:REV, "-"            | a [Content] that inputs name             | send                              |
	| Journeys  | customer, journey           | journey.Position                         | journey                           |
	| Coupons   | coupon = code#HASH          | coupon.Coupon                            | send, redeem                      |
	| Coupons   | budget#OFFER@VERSION        | the uses and shards of a budget          | publish                           |
	| Coupons   | budget#OFFER@VERSION#SHARD  | how many uses a shard of it has left     | publish, send, settle, redeem     |
	| Coupons   | terms#OFFER@VERSION         | what its coupons promise; never changes  | publish                           |
	| Coupons   | order#ORDER                 | checkout.Redemption                      | redeem                            |
	| Coupons   | guess#HASH                  | how many wrong codes were tried within one hour | redeem                     |
	| Coupons   | sweep#expiry                | a [Sweep]: its progress                  | redeem                            |
	| Settings  | setting = policy/VERSION    | a compiled policy; never changes         | publish                           |
	| Settings  | policy/@current             | which policy is in force                 | publish                           |
	| Settings  | learned/@versions           | [Versions] of the learned model          | learn, make model                 |
	| Settings  | learned/NAME                | a part of the model that is read as a whole | learn                          |
	| Settings  | account/rate, account/rate/N| sendrate.State: quota, reserved permits; the Nth shard of a high rate | send |
	| Settings  | brake/now                   | breaker.Now: the breakers that have tripped, the campaigns that a person stopped | send, settle, make breakers, make campaign |
	| Settings  | brake/count/SCOPE           | a breaker.Tally: outcomes of messages    | send, settle, make breakers       |
	| Settings  | model/planned-until         | the time up to which runs were planned   | plan                              |
	| Settings  | slot/CAMPAIGN@VERSION/TIME  | [Progress] of the planning of a run; /LOCAL follows if it has one | plan, send |
	| Settings  | page/CAMPAIGN@VERSION/TIME#SEGMENT | a [RunPage]: the latest page of a segment | plan                      |
	| Settings  | erasure/EVENT               | an [Erasure], without personal data      | privacy                           |
	| Settings  | request/EVENT               | a privacyrequest.Request                 | privacy, make export, make erase  |
	| Settings  | retention/@progress         | a [Retention]: its progress              | privacy                           |
	| Settings  | audit/conservation          | an [Audit]: the progress of the reconciliation | settle                      |

Their attributes, in addition to the keys:

	| item              | attributes                                                                                                   |
	| ----------------- | ------------------------------------------------------------------------------------------------------------ |
	| account/rate      | rev, body; the same for brake/now, audit/conservation and learned/@versions                                  |
	| brake/count       | a number for each day and count, such as "2026-11-22 bounced"                                                |
	| order, customer, bought | rev, body                                                                                                   |
	| sign-up; its count| rev, body, gone; count, gone                                                                                 |
	| product           | revision, rev, body, prices; learned@VERSION for each                                                        |
	| live.Row          | bought, ~PARTNER and +MARK for each, see [Store.Count]                                                       |
	| learned/NAME      | learned@VERSION for each                                                                                     |
	| send              | state, reason, why, attempt, owner, unheard, claimed, changed, wake, ses_id, slot_kept, due_shard, due_at, clicks, body |
	| inputs; content   | decided, body, gone; body, gone                                                                              |
	| position          | rev, body, due_shard, due_at                                                                                 |
	| coupon            | hash, offer, version, customer, send, shard, issued, until, product, state, order, held_until                |
	| terms             | body                                                                                                         |
	| order in Coupons  | rev, body, due_shard, due_at                                                                                 |
	| guess             | hour, count; gone                                                                                            |
	| sweep             | started, next                                                                                                |
	| budget; its shard | uses, shards; left                                                                                           |
	| policy            | version, data                                                                                                |
	| erased            | at                                                                                                           |
	| erasure; request  | rev, body                                                                                                    |
	| planned-until     | version                                                                                                      |
	| slot              | campaign, version, at, started, planned, segments, cursors, local, again/SEND                                |
	| page              | from, body                                                                                                   |

Some stored names are older than the words of the glossary: slot is a run or a
reservation, brake is a breaker, unheard is unconfirmed, conservation is the
reconciliation.

Sends has one index, "due": due_shard, due_at. It is sparse. It holds a waiting
send from QUEUED until it ends or its own message claims it, and a SENDING one
if [Store.Watch] or a claim put it there. It only says when to look at a send;
no decision depends on it. Its partitions are needed#0 to needed#3 and, for
promotions, wished#0 to wished#15, by a hash of the send (see [Lane]).

Coupons has an index "due" of the same form. It holds only orders that hold
something, at the end of their hold, under held#0 to held#3 by a hash of the
order. The sweep finds lapsed holds in it.

Journeys has an index "due" of the same form, under journey#0 to journey#15 by a
hash of the customer. It holds the positions that have not ended, at the time of
their next step.

Put no other item into a customer's partition of Customers: [Store.Snapshot]
would pay for reading it. What is beside a profile has a partition of its own.

One attribute is a TTL: gone of a guess, of a sign-up and its count, and of all items
of Decisions, in seconds since 1970. DynamoDB deletes the item some time after it. No
decision depends on it, and no other item may have an attribute of that name.

# Files

	| files        | hold                                                                               |
	| ------------ | ---------------------------------------------------------------------------------- |
	| store.go     | [Store], [Client], [Tables], the errors                                            |
	| call*.go     | the calls to DynamoDB: one item, batch, scan, transaction, and how they are retried |
	| item_*.go    | the form of items: body and time stamps; revisions and the writes that name one    |
	| order_*.go   | table Orders; order_fold.go writes an order with its customer                      |
	| customer_*.go| table Customers: both items at once, the contact, the profile                      |
	| catalogue_*.go| table Catalogue: products, their live counters, what was learned, its versions    |
	| send_*.go    | table Sends: the record, claim, outcome, refusal, SES events, waiting, listings    |
	| decision_*.go| table Decisions: what decisions were made from                                     |
	| journey_*.go | table Journeys: where customers are in journeys                                    |
	| coupon_*.go  | table Coupons: coupons and their transitions, redemptions, expiry, budgets, terms, guesses |
	| setting_*.go | table Settings: the policy, the send rate, breakers, the reconciliation            |
	| run_*.go     | runs of scheduled campaigns, in Settings                                           |
	| erase_*.go   | what an erasure and the retention delete and keep of each table; setting_erasure.go, setting_request.go and setting_retention.go have their records |
	| import.go    | a first history, into Orders, Customers and Catalogue                              |

# Attributes that several items have

body is a domain value as JSON: text, or deflated with a dictionary of what
bodies have in common (body1.dict), from 512 bytes on. A profile is stored as a [profile.Packed]. What
conditions and indexes compare is stored in attributes of its own.

rev is a hash of the body before deflation (see [Rev]). Equal values have equal
revisions, so a write can name the value that it was decided on, a repeated
write changes nothing, and A, B, A is harmless.

Times are text, UTC, 2006-01-02T15:04:05.000Z: always 24 characters, so that
they sort.

attempt and owner are the fence of a send: a worker that writes the outcome of
an attempt names both.

# What holds

  - A read on which a decision depends is consistent. A listing (with a [Page]
    or [Cursor]) and the index are not consistent, and no decision depends on
    them. [Store.Items] and [Store.Sources] are not consistent either: what a message says about a
    product may be a second old (docs/decisions/0019).
  - No read of several items is of one instant, not even one query. A profile and
    what is beside it name each other's state, and are read again until they agree;
    if they never do, the profile is a row that cannot be read.
  - A write is conditional: on a revision, a fence, a state, or absence. The
    exceptions are [Store.Import], which is for an empty system; the pointer to
    the policy in force, which the last publisher sets; the counts of the
    breakers, which are added to, and reset when a person releases a breaker;
    the parts of a version of the model, which are not read before the
    pointer names that version; and the inputs of decisions, which nothing depends on.
  - What belongs together is one transaction: a fold, a claim, a refusal, a
    budget, a policy with its pointer. A version of the model is too large for
    one: its parts are written first, then the pointer to them.
  - If the answer to a write is lost, the store reads the item back, and the
    call succeeds if it finds the write made. A second call with the same
    arguments succeeds as well; the catalogue, the model and the start of a run
    rely on that alone. A sum is added under a mark, so that a second addition
    is refused.
  - The store retries a call that meets another transaction on the same item,
    eight attempts within about two seconds; then the call fails with
    [ErrThrottled]. The SDK retries other throttling, three attempts.
  - Callers see no AWS errors but [ErrConflict], [*ClaimRefused],
    [*CheckoutRefused], [ErrNotFound], [ErrSpent] and [ErrThrottled]. Any other
    error is a failure; retry with the message that caused it.

# What it costs

In read units (4 KB, consistent) and write units (1 KB; twice in a transaction),
index included, for items of usual size. [Store.Meter] measures;
TestCapacity checks it.

	| access                                     | read | write |
	| ------------------------------------------ | ---- | ----- |
	| Order, Profile, Contact, Send, Coupon      |    1 |       |
	| Snapshot, of up to 4 KB each               |    2 |       |
	| Snapshot, Profile; beside it, each 4 KB    |    1 |       |
	| ProfileAbout, each product beside it       |    1 |       |
	| Items, each; Sources, each                 | ½; 1 |       |
	| PolicyVersion; Policy                      | 1; 2 |       |
	| SaveFold, order and profile of 1 KB each   |      |     4 |
	| SaveFold, with a service issue             |      |     6 |
	| SaveFold, with a change of address         |      |     8 |
	| SaveFold, with sums beside the profile, each part | 1 |    2 |
	| SaveFold, order alone; no change           |      |  1; 0 |
	| UpdateContact; without a mailbox           | 2; 1 |  1; 4 |
	| UpdateMailbox                              |    1 |     1 |
	| Claim                                      |      |     4 |
	| Claim with a coupon                        |      |     8 |
	| Claim of a waiting send; each merged send  |      | 6; +3 |
	| Accepted, Lose, Raise, Clicked, End        |      |     1 |
	| Wait, or any end of a waiting send         |      |     2 |
	| Later                                      |      |     3 |
	| Refuse; with a coupon                      |    2 |  4; 8 |
	| SaveRedemption; each use                   |      | 3; +2 |
	| and if points are held or spent            |      |    +2 |
	| SaveSendRate, each attempt                 |      |     1 |
	| Breakers; AddToBreakerTally                |    1 |  0; 1 |
	| UpdateBreakers; if nothing changes         |    1 |  1; 0 |
	| SaveProduct; if it changes nothing         |    1 |  1; 0 |
	| SaveListing, beside its products           |    1 |  1; 0 |
	| SaveLearned each, of a row of up to 4 KB   |      |     4 |
	| Count each; the product's first            | 0; 1 |     1 |
	| Advance                                    |      |     1 |
	| Model, of a part of up to 2 KB             |    2 |       |

So a promotion without coupon costs two read units to decide, in addition to its
products, and five write units from its claim to SES's answer. To keep every
SENDING send in the index would cost two more.
*/
package dynamo
