/*
Package dynamo stores everything in DynamoDB, and is the only package that knows
how. This comment is the key table.

# Tables

All keys are strings. [Tables] says how each table is called.

	| table     | key                         | item                                     | written by                        |
	| --------- | --------------------------- | ---------------------------------------- | --------------------------------- |
	| Orders    | order                       | an [Order]: shop.Order, intents it raised| record                            |
	| Customers | customer, kind = PROFILE    | profile.Profile, the ledger of points    | record, redeem                    |
	| Customers | customer, kind = CONTACT    | cadence.Contact: consent, the ledger     | record, send, settle, preferences, redeem |
	| Catalogue | product                     | shop.Product, its prices, what was learned and counted of it | record, learn |
	| Sends     | customer, send              | claim.Send                               | send, settle                      |
	| Coupons   | coupon = code#HASH          | coupon.Coupon                             | send, redeem                      |
	| Coupons   | budget#OFFER@VERSION        | how a budget was laid out                | publish                           |
	| Coupons   | budget#OFFER@VERSION#SHARD  | what a shard of it has left              | publish, send, settle, redeem     |
	| Coupons   | terms#OFFER@VERSION         | what its coupons promise; never changes  | publish                           |
	| Coupons   | order#ORDER                 | checkout.Redemption                      | redeem                            |
	| Coupons   | guess#HASH                  | codes tried in vain within one hour      | redeem                            |
	| Coupons   | sweep#expiry                | a [Sweep]: how far it has come           | redeem                            |
	| Settings  | setting = policy/VERSION    | a compiled policy; never changes         | publish                           |
	| Settings  | policy/@current             | which policy is in force                 | publish                           |
	| Settings  | learned/@versions           | [Versions] of what was learned           | learn, make model                 |
	| Settings  | learned/NAME                | what is read of them as a whole          | learn                             |
	| Settings  | account/rate                | rate.State: quota, and what is leased    | send                              |
	| Settings  | brake/now                   | brake.Now: the brakes that are on        | send, settle, make brakes         |
	| Settings  | brake/count/SCOPE           | a brake.Tally: what became of messages   | send, settle, make brakes         |
	| Settings  | model/planned-until         | until when slots were planned            | plan                              |
	| Settings  | slot/CAMPAIGN@VERSION/TIME  | how far the planning of a slot has come  | plan                              |
	| Settings  | audit/conservation          | an [Audit]: how far the check has come   | settle                            |

Their attributes, beside the keys:

	| item              | attributes                                                                                                   |
	| ----------------- | ------------------------------------------------------------------------------------------------------------ |
	| account/rate      | rev, body; and so have brake/now, audit/conservation and learned/@versions                                   |
	| brake/count       | a number for each day and count, such as "2026-11-22 bounced"                                                |
	| order and customer| rev, body                                                                                                    |
	| product           | revision, rev, body, prices; learned@VERSION for each; bought, ~PARTNER and +MARK for each, see [Store.Count] |
	| learned/NAME      | learned@VERSION for each                                                                                     |
	| send              | state, reason, why, attempt, owner, unheard, claimed, changed, wake, ses_id, slot_kept, due_shard, due_at, body |
	| coupon            | hash, offer, version, customer, send, shard, issued, until, product, state, order, held_until                |
	| terms             | body                                                                                                         |
	| order in Coupons  | rev, body, due_shard, due_at                                                                                 |
	| guess             | hour, count; gone                                                                                            |
	| sweep             | started, next                                                                                                |
	| budget; its shard | uses, shards; left                                                                                           |
	| policy            | version, data                                                                                                |
	| planned-until     | version                                                                                                      |
	| slot              | campaign, version, at, started, planned, segments, cursors                                                   |

Sends has one index, "due": due_shard, due_at. It is sparse: only a send that
waits is in it, from QUEUED until it ends or is claimed by its own message, and a
SENDING one that [Store.Watch] put or a claim kept there. It wakes; it never decides. Its partitions are needed#0
to needed#3 and, for promotions, wished#0 to wished#15, by a hash of the send
(see [Lane]).

Coupons has an index "due" of the same form: only an order that is held is in it,
at the end of its hold, under held#0 to held#3 by a hash of the order. It tells
the sweep what lapsed.

Nothing else may live in a customer's partition of Customers: [Store.Snapshot]
would pay for it.

One attribute is a TTL, gone of a guess, in seconds since 1970: DynamoDB clears
away what nobody will read again, at its leisure. Nothing is decided by it, and no
other item may have an attribute of that name.

# Attributes that come again

body is a domain value as JSON: text, or deflated from 512 bytes on. What
conditions and indexes look at is beside it, in attributes.

rev is a hash of the body before deflation (see [Rev]). The same state gives the
same revision, so a write can name what it was decided on, a repeated write
changes nothing, and A, B, A is harmless.

Times are text, UTC, 2006-01-02T15:04:05.000Z: always 24 characters, so that they
sort.

attempt and owner are the fence of a send: whoever writes the outcome of an
attempt names both.

# What holds

  - A read that decides is consistent. A listing (with a [Page] or [Cursor]) and
    the index are not, and decide nothing. Neither is that of [Store.Items]:
    what a message says of a product may be a second old
    (docs/decisions/0019).
  - A write is conditional: on a revision, a fence, a state, or absence. The
    exceptions are [Store.Import], which is for an empty house, the pointer to
    the policy in force, where the last publisher wins, the brakes' counts,
    which are added to, and forgotten when a person says so, and the parts of a
    version of learning, which nobody reads before its pointer is moved.
  - What belongs together is one transaction: a fold, a claim, a refusal, a
    budget, a policy with its pointer. What is too large for one is written where
    nobody reads it, and then pointed at: a version of learning.
  - A write whose answer was lost is read back, and where it is found made, the
    call succeeds. A second call with the same arguments succeeds as well; the
    catalogue, what was learned and the start of a slot count on that alone. A
    sum is made under a mark, so that a second one is refused.
  - A rival transaction is waited out, eight attempts within about two seconds,
    then the call fails with [ErrThrottled]. Other throttling is the SDK's
    matter, three attempts.
  - An AWS error ends here: callers see [ErrConflict], [*ClaimRefused],
    [ErrNotFound], [ErrSpent] and [ErrThrottled]; all else is a failure to be
    tried again with the message that caused it.

# What it costs

In read units (4 KB, consistent) and write units (1 KB; twice in a transaction),
index included, for items of usual size. [Store.Meter] measures;
TestCapacity holds it.

	| access                                     | read | write |
	| ------------------------------------------ | ---- | ----- |
	| Order, Profile, Contact, Send, Coupon      |    1 |       |
	| Snapshot, up to 4 KB                       |    1 |       |
	| Items, each                                |    ½ |       |
	| PolicyVersion; Policy                      | 1; 2 |       |
	| SaveFold, order and profile of 1 KB each   |      |     4 |
	| SaveFold, with a trouble                   |      |     6 |
	| SaveFold, order alone; nothing new         |      |  1; 0 |
	| UpdateContact                              |    1 |     1 |
	| Claim                                      |      |     4 |
	| Claim with a coupon                        |      |     8 |
	| Claim of what waits; each that it merges   |      | 6; +3 |
	| Accepted, Lose, Raise, End                 |      |     1 |
	| Wait, or any end of what waits             |      |     2 |
	| Later                                      |      |     3 |
	| Refuse; with a coupon                      |    1 |  4; 8 |
	| SaveRedemption; each use                   |      | 3; +2 |
	| and where points are held or spent         |      |    +2 |
	| SaveRate, each try                         |      |     1 |
	| Brakes; CountBrake                         |    1 |  0; 1 |
	| UpdateBrakes; where nothing changes        |    1 |  1; 0 |
	| SaveProduct; where it is told again        |    1 |  1; 0 |
	| SaveLearned each, Count each; with a row of up to 4 KB | | 1; 4 |
	| Advance                                    |      |     1 |
	| Model, of a part of up to 2 KB             |    2 |       |

So a plain promotion takes one read unit to decide, beside its items, and five
write units from its claim to SES's answer. To keep every SENDING send in the
index would add two.
*/
package dynamo
