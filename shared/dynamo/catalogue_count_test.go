package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/recommend"
	"regulars/shared/recommend/live"
	"regulars/shared/shop"
)

// bought returns the n-th order, by a customer without earlier orders.
func bought(n int, kept ...shop.ProductID) live.Bought {
	return live.Bought{Order: shop.OrderID(fmt.Sprint("o-", n)), At: noon, Kept: kept}
}

func count(b live.Bought) []live.Change { return live.Count(noon, b, nil, nil).Pending(b.Order) }

// boughtBoth returns how many customers bought both, as the row of a says.
func boughtBoth(t testing.TB, store *dynamo.Store, a, b shop.ProductID) int {
	t.Helper()
	rows, err := store.Sources(t.Context(), recommend.Model{}, []shop.ProductID{a}, 1)
	must(t, err)
	for _, n := range rows[a].Live {
		if n.Product == b {
			return n.Customers
		}
	}
	return 0
}

func catalogueOf(t testing.TB, store *dynamo.Store, ids ...shop.ProductID) {
	t.Helper()
	for _, id := range ids {
		must(t, store.SaveProduct(t.Context(), aProduct(id, noon, "The "+string(id))))
	}
}

func TestCountAcceptsEveryIDThatAnEventMayHave(t *testing.T) {
	store := dynamotest.Store(t)
	ids := []shop.ProductID{"LAMP", "12.5", ".", "A[0]", "B[", "]C", "100%2E", "#:é ~+"}
	catalogueOf(t, store, ids...)
	must(t, store.Count(t.Context(), count(bought(1, ids...))))
	rows, err := store.Sources(t.Context(), recommend.Model{}, ids, len(ids))
	must(t, err)
	changed := 0
	for id, row := range rows {
		if len(row.Live) == 0 {
			continue
		}
		changed++
		for _, other := range ids {
			if other != id && boughtBoth(t, store, id, other) != 1 {
				t.Errorf("%q was bought with %q; the row counts %+v", id, other, row.Live)
			}
		}
	}
	if changed != live.MostRows {
		t.Errorf("%d rows count something, want %d", changed, live.MostRows)
	}
}

// One write cannot remove all that is too much; several do.
func TestRowThatIsFarTooLargeIsCut(t *testing.T) {
	client, tables := dynamotest.Tables(t)
	store := dynamo.New(client, tables)
	catalogueOf(t, store, "LAMP", "BULB")
	for n := range 400 {
		_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: &tables.Catalogue, Key: map[string]types.AttributeValue{"product": &types.AttributeValueMemberS{Value: " live LAMP"}},
			UpdateExpression:          aws.String("SET #p = :one"),
			ExpressionAttributeNames:  map[string]string{"#p": fmt.Sprint("~P-", n)},
			ExpressionAttributeValues: map[string]types.AttributeValue{":one": &types.AttributeValueMemberN{Value: "6400001"}},
		})
		must(t, err)
	}
	for n := range 5 {
		must(t, store.Count(t.Context(), count(bought(n, "LAMP", "BULB"))))
	}
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: &tables.Catalogue, Key: map[string]types.AttributeValue{"product": &types.AttributeValueMemberS{Value: " live LAMP"}},
	})
	must(t, err)
	partners := 0
	for name := range out.Item {
		if strings.HasPrefix(name, "~") {
			partners++
		}
	}
	if partners > 72 || boughtBoth(t, store, "LAMP", "BULB") != 5 {
		t.Errorf("after five orders the row has %d partners and counts %d bulbs, want 72 at most and 5", partners, boughtBoth(t, store, "LAMP", "BULB"))
	}
}

func TestCountAddsOnceAndSubtractsWhatIsReturned(t *testing.T) {
	store := dynamotest.Store(t)
	ctx := t.Context()
	catalogueOf(t, store, "LAMP", "BULB")
	learned(t, store, "v1", lamp(7))
	e := live.Count(noon, bought(1, "LAMP", "BULB", "GONE"), nil, nil)
	for range 3 { // the same changes again
		must(t, store.Count(ctx, e.Pending("o-1")))
	}
	must(t, store.Count(ctx, count(bought(2, "LAMP", "BULB"))))
	if a, b := boughtBoth(t, store, "LAMP", "BULB"), boughtBoth(t, store, "BULB", "LAMP"); a != 2 || b != 2 {
		t.Errorf("two customers bought both; the rows count %d and %d", a, b)
	}
	e = e.TakeBack(noon, []shop.ProductID{"LAMP"})
	for range 2 {
		must(t, store.Count(ctx, e.Pending("o-1")))
	}
	if a, b := boughtBoth(t, store, "LAMP", "BULB"), boughtBoth(t, store, "BULB", "LAMP"); a != 1 || b != 1 {
		t.Errorf("after one returned the bulb the rows count %d and %d, want 1", a, b)
	}
	catalogueOf(t, store, "LAMP")
	rows, err := store.Items(ctx, recommend.Model{Version: "v1"}, []shop.ProductID{"LAMP"})
	must(t, err)
	stored := 0
	_, err = store.Products(ctx, dynamo.Page{}, func(recommend.Item) error { stored++; return nil })
	if must(t, err); stored != 2 {
		t.Errorf("the catalogue has %d rows, want only the lamp and the bulb: Count must add no row", stored)
	}
	if rows["LAMP"].Customers != 7 || rows["LAMP"].Title == "" {
		t.Errorf("the lamp is %+v, want its learned data and title unchanged", rows["LAMP"])
	}
}

func TestRowHasALimitedNumberOfPartners(t *testing.T) {
	client, tables := dynamotest.Tables(t)
	store := dynamo.New(client, tables)
	catalogueOf(t, store, "LAMP")
	for n := range 60 {
		kept := []shop.ProductID{"LAMP", "BULB"}
		for i := range 10 {
			kept = append(kept, shop.ProductID(fmt.Sprint("p", n*10+i)))
		}
		changes := count(bought(n, kept...))
		must(t, store.Count(t.Context(), changes))
		must(t, store.Count(t.Context(), changes))
	}
	attributes := attributesOf(t, client, tables, "LAMP")
	if attributes > 2+72+20+12 {
		t.Errorf("the row has %d attributes after 60 orders of 12 products", attributes)
	}
	rows, err := store.Sources(t.Context(), recommend.Model{}, []shop.ProductID{"LAMP"}, 1)
	must(t, err)
	near := rows["LAMP"].Live
	if len(near) != 20 || near[0].Product != "BULB" {
		t.Errorf("the lamp's neighbours are %v, want 20, first the bulb, which is in every order", near)
	}
}

// Several calls change the row of a product in every order at once: no addition
// is lost or counted twice, and no call fails.
func TestConcurrentCountsOfABestseller(t *testing.T) {
	store := dynamotest.Store(t)
	catalogueOf(t, store, "LAMP", "BULB")
	const orders, workers = 80, 12
	var calls errgroup.Group
	calls.SetLimit(workers)
	for n := range orders {
		calls.Go(func() error {
			kept := []shop.ProductID{"LAMP", "BULB"}
			for i := range 6 {
				kept = append(kept, shop.ProductID(fmt.Sprint("p", (n*7+i*11)%200)))
			}
			changes := count(bought(n, kept...))
			return errors.Join(store.Count(context.WithoutCancel(t.Context()), changes), store.Count(context.WithoutCancel(t.Context()), changes))
		})
	}
	must(t, calls.Wait())
	counted := 0 // an order changes eight rows at most
	for n := range orders {
		kept := []shop.ProductID{"LAMP", "BULB"}
		for i := range 6 {
			kept = append(kept, shop.ProductID(fmt.Sprint("p", (n*7+i*11)%200)))
		}
		for _, c := range count(bought(n, kept...)) {
			if c.Row == "LAMP" {
				counted++
			}
		}
	}
	if got := boughtBoth(t, store, "LAMP", "BULB"); got != counted || counted == 0 {
		t.Errorf("%d of %d orders count the lamp with the bulb; the row counts %d", counted, orders, got)
	}
}

// attributesOf returns the number of attributes of a product's counters.
func attributesOf(t testing.TB, client dynamo.Client, tables dynamo.Tables, id shop.ProductID) int {
	t.Helper()
	return len(rowOf(t, client, tables, " live "+string(id)))
}

// rowOf returns a row of the catalogue by its key.
func rowOf(t testing.TB, client dynamo.Client, tables dynamo.Tables, key string) map[string]types.AttributeValue {
	t.Helper()
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: &tables.Catalogue, Key: map[string]types.AttributeValue{"product": &types.AttributeValueMemberS{Value: key}}, ConsistentRead: aws.Bool(true),
	})
	must(t, err)
	return out.Item
}

// before gives the product's row the counters that an earlier version kept in it: with
// each partner, of one customer, under the mark of order o-0.
func before(t testing.TB, client dynamo.Client, tables dynamo.Tables, id shop.ProductID, partners ...shop.ProductID) {
	t.Helper()
	number := func(n string) types.AttributeValue { return &types.AttributeValueMemberN{Value: n} }
	add := func(name, n string) {
		_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: &tables.Catalogue, Key: map[string]types.AttributeValue{"product": &types.AttributeValueMemberS{Value: string(id)}},
			UpdateExpression: aws.String("SET #p = :n"), ExpressionAttributeNames: map[string]string{"#p": name},
			ExpressionAttributeValues: map[string]types.AttributeValue{":n": number(n)},
		})
		must(t, err)
	}
	add("bought", "6400001")
	for _, p := range partners {
		add("~"+string(p), "6400001")
	}
	add("+"+count(bought(0, id, "BULB"))[0].Mark, "1")
}

// counters returns how many attributes of counters a row has.
func counters(row map[string]types.AttributeValue) (n int) {
	for name := range row {
		if name == "bought" || name[0] == '~' || name[0] == '+' {
			n++
		}
	}
	return n
}

// The counters that an earlier version kept in the product's row are read there, and
// move with the first change: none is lost, none is added twice, whichever call is first.
func TestCountersOfAnEarlierVersionMoveOnce(t *testing.T) {
	client, tables := dynamotest.Tables(t)
	store := dynamo.New(client, tables)
	catalogueOf(t, store, "LAMP", "BULB")
	before(t, client, tables, "LAMP", "BULB", "TEA")
	if a, b := boughtBoth(t, store, "LAMP", "BULB"), boughtBoth(t, store, "LAMP", "TEA"); a != 1 || b != 1 {
		t.Fatalf("before the first change the lamp counts %d and %d customers, want 1 and 1", a, b)
	}
	var calls errgroup.Group
	for n := range 6 {
		for range 2 {
			calls.Go(func() error { // order o-0 was counted before
				return store.Count(context.WithoutCancel(t.Context()), count(bought(n, "LAMP", "BULB")))
			})
		}
	}
	must(t, calls.Wait())
	if a, b := boughtBoth(t, store, "LAMP", "BULB"), boughtBoth(t, store, "LAMP", "TEA"); a != 6 || b != 1 {
		t.Errorf("after five more orders the lamp counts %d and %d customers, want 6 and 1", a, b)
	}
	if left := counters(rowOf(t, client, tables, "LAMP")); left != 0 {
		t.Errorf("%d counters are left in the product's row", left)
	}
	if rows, err := store.Items(t.Context(), recommend.Model{}, []shop.ProductID{"LAMP"}); err != nil || rows["LAMP"].Title == "" {
		t.Errorf("the product is %+v, %v", rows["LAMP"], err)
	}
}

// betweenMoves is a client that calls other before its first transaction.
type betweenMoves struct {
	dynamo.Client
	other func()
}

func (c *betweenMoves) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	if other := c.other; other != nil {
		c.other = nil
		other()
	}
	return c.Client.TransactWriteItems(ctx, in, o...)
}

// Another call moves the counters and adds to them after this one has read the row of
// the product.
func TestCountersThatAnotherCallMovedStay(t *testing.T) {
	client, tables := dynamotest.Tables(t)
	plain := dynamo.New(client, tables)
	catalogueOf(t, plain, "LAMP", "BULB")
	before(t, client, tables, "LAMP", "BULB")
	between := &betweenMoves{Client: client, other: func() { must(t, plain.Count(t.Context(), count(bought(1, "LAMP", "BULB")))) }}
	must(t, dynamo.New(between, tables).Count(t.Context(), count(bought(2, "LAMP", "BULB"))))
	if got := boughtBoth(t, plain, "LAMP", "BULB"); got != 3 {
		t.Errorf("the lamp counts %d customers with the bulb, want 3: one before, and one of each call", got)
	}
}

// losesFirst is a client that makes the first update of each row and loses its
// answer.
type losesFirst struct {
	dynamo.Client
	mu   sync.Mutex
	seen map[string]bool
}

func (f *losesFirst) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	out, err := f.Client.UpdateItem(ctx, in, o...)
	f.mu.Lock()
	defer f.mu.Unlock()
	row := fmt.Sprint(in.Key["product"])
	if f.seen == nil {
		f.seen = map[string]bool{}
	}
	if !f.seen[row] {
		f.seen[row] = true
		return nil, errors.New("the answer was lost (injected by a test)")
	}
	return out, err
}

// interrupted is a client that calls adds between the addition to a row and the
// cut of it.
type interrupted struct {
	dynamo.Client
	adds func()
}

func (r *interrupted) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if adds := r.adds; adds != nil && strings.HasPrefix(*in.UpdateExpression, "REMOVE") {
		r.adds = nil
		adds()
	}
	return r.Client.UpdateItem(ctx, in, o...)
}

// A partner that another call has just raised is not removed because of its
// former count.
func TestCutKeepsAPartnerThatAnotherCallRaised(t *testing.T) {
	client, tables := dynamotest.Tables(t)
	between := &interrupted{Client: client}
	store, other := dynamo.New(between, tables), dynamo.New(client, tables)
	catalogueOf(t, other, "LAMP")
	change := func(n int, weight live.Tally, partners ...shop.ProductID) live.Change {
		c := live.Change{Row: "LAMP", Mark: live.Mark("o", n, noon), With: map[shop.ProductID]live.Tally{}}
		for _, p := range partners {
			c.With[p] = weight
		}
		return c
	}
	var many []shop.ProductID
	for i := range 72 {
		many = append(many, shop.ProductID(fmt.Sprintf("p%02d", i)))
	}
	must(t, store.Count(t.Context(), []live.Change{change(1, 500_001, many...)}))
	between.adds = func() { must(t, other.Count(t.Context(), []live.Change{change(2, 90_000_001, "weak")})) }
	must(t, store.Count(t.Context(), []live.Change{change(3, 100_001, "weak")}))
	if between.adds != nil {
		t.Fatal("the row was not cut: the test shows nothing")
	}
	if got := boughtBoth(t, other, "LAMP", "weak"); got != 2 {
		t.Errorf("the other call's count was removed: the row counts %d customers, want 2", got)
	}
}

// After a lost answer Count is called again: the row has the mark by then.
func TestCountAfterALostAnswerAddsOnce(t *testing.T) {
	client, tables := dynamotest.Tables(t)
	store := dynamo.New(&losesFirst{Client: client}, tables)
	catalogueOf(t, dynamo.New(client, tables), "LAMP", "BULB")
	changes := count(bought(1, "LAMP", "BULB"))
	if err := store.Count(t.Context(), changes); err == nil {
		t.Fatal("the answers are lost, and Count returns no error")
	}
	must(t, store.Count(t.Context(), changes))
	if got := boughtBoth(t, store, "LAMP", "BULB"); got != 1 {
		t.Errorf("counted %d times, want once", got)
	}
}

// A message reads a row with two versions for half a read unit, and its counters for
// another half; an order changes the counters for one or two write units.
func TestReadOfAFullRowCostsHalfAUnit(t *testing.T) {
	store := dynamotest.Store(t)
	ctx := t.Context()
	catalogueOf(t, store, "LAMP")
	full := recommend.Learned{Customers: 1234, EveryDays: 30}
	for i := range 20 {
		full.Neighbours = append(full.Neighbours, recommend.Neighbour{Product: shop.ProductID(fmt.Sprint("9", 4123+7*i)), Score: 1 / float64(3+i), Customers: 999 - i})
	}
	for _, version := range []string{"2026-11-21T03:00:00Z", "2026-11-22T03:00:00Z"} {
		learned(t, store, version, map[shop.ProductID]recommend.Learned{"LAMP": full})
	}
	for n := range 40 {
		kept := []shop.ProductID{"LAMP"}
		for i := range 7 {
			kept = append(kept, shop.ProductID(fmt.Sprint("8", 1000+(n*7+i)%90)))
		}
		must(t, store.Count(ctx, count(bought(n, kept...))))
	}
	var read, wrote float64
	store.Meter = func(_ string, r, w float64) { read, wrote = read+r, wrote+w }
	_, err := store.Items(ctx, recommend.Model{}, []shop.ProductID{"LAMP"})
	must(t, err)
	if read != .5 {
		t.Errorf("a full row costs %v read units, want 0.5", read)
	}
	_, err = store.Sources(ctx, recommend.Model{}, []shop.ProductID{"LAMP"}, 1)
	must(t, err)
	if read != .5+1 {
		t.Errorf("a full row with its counters costs %v read units, want 1", read-.5)
	}
	must(t, store.Count(ctx, count(bought(99, "LAMP", "81000"))))
	t.Logf("Count in a full row costs %v write units", wrote)
	if wrote > 2 {
		t.Errorf("Count in a full row costs %v write units, want 2 at most", wrote)
	}
}
