package rivals

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"regulars/infra/lab/eval/trial"
)

// TIFU is TIFU-KNN (Hu, He, Gao and Zhang, Modeling Personalized Item Frequency
// Information for Next-basket Recommendation, SIGIR 2020).
//
// A customer's orders are divided into groups of Group orders; only the oldest
// group may have fewer. Within a group each order weighs Within times as much
// as the one after it, and each group Between times as much as the one after
// it; the means over both are the customer's vector. The prediction is Own
// times this vector plus 1 - Own times the mean vector of the Neighbours
// nearest customers, by Euclidean distance.
type TIFU struct {
	Group           int
	Within, Between float64
	Neighbours      int
	Own             float64

	ranking
	vectors []sparse
	squares []float64 // squared lengths of the vectors
	posts   [][]post  // by product: the customers who have it
}

// sparse is a vector by item, ascending.
type sparse []near

type post struct {
	customer int32
	value    float64
}

// Name implements [trial.Method]. The parameters have the symbols of the paper.
func (t *TIFU) Name() string { return "TIFU-KNN: " + t.setting() }

// setting names the parameters: m orders in a group, r the decays within and
// between groups, k neighbours, α the weight of the own vector.
func (t *TIFU) setting() string {
	return fmt.Sprintf("m %d, r %g/%g, k %d, α %g", t.Group, t.Within, t.Between, t.Neighbours, t.Own)
}

// Fit implements [trial.Method].
func (t *TIFU) Fit(past *trial.Past) error {
	t.learn(past)
	t.vectors, t.squares = nil, nil
	t.posts = make([][]post, len(past.Products))
	for i, c := range past.Customers {
		past.Step("computes the customers' vectors", i, len(past.Customers))
		v := t.vector(c.Orders)
		t.vectors = append(t.vectors, v)
		t.squares = append(t.squares, v.square())
		for _, x := range v {
			t.posts[x.item] = append(t.posts[x.item], post{int32(i), x.score})
		}
	}
	return nil
}

// vector returns a customer's vector.
func (t *TIFU) vector(orders []trial.Order) sparse {
	dense := tally{}
	groups := (len(orders) + t.Group - 1) / t.Group
	for g := range groups { // from the newest
		end := len(orders) - g*t.Group
		begin := max(0, end-t.Group)
		for place := begin; place < end; place++ {
			weight := math.Pow(t.Within, float64(end-1-place)) / float64(end-begin) * math.Pow(t.Between, float64(g)) / float64(groups)
			for _, item := range orders[place].Items {
				dense[item] += weight
			}
		}
	}
	out := make(sparse, 0, len(dense))
	for _, item := range dense.sorted() {
		out = append(out, near{item, dense[item]})
	}
	return out
}

func (s sparse) square() (sum float64) {
	for _, x := range s {
		sum += x.score * x.score
	}
	return sum
}

// Rank implements [trial.Method]. A customer of the past is among their own
// neighbours, as in the authors' code, which has all customers in one matrix;
// with hundreds of neighbours it does not matter.
func (t *TIFU) Rank(history []trial.Order, mode trial.Mode, k int) ([]trial.Item, error) {
	own := t.vector(history)
	nearest := t.nearest(own, t.Neighbours)
	scores := map[trial.Item]float64{}
	for _, x := range own {
		scores[x.item] += t.Own * x.score
	}
	for _, i := range nearest {
		for _, x := range t.vectors[i] {
			scores[x.item] += (1 - t.Own) * x.score / float64(len(nearest))
		}
	}
	return t.top(scores, history, mode, k), nil
}

// nearest returns the k nearest customers of the past, the nearest first; all
// of them if there are fewer.
func (t *TIFU) nearest(own sparse, k int) []int32 {
	far := slices.Clone(t.squares) // and own's square, which is the same for all
	for _, x := range own {
		for _, p := range t.posts[x.item] {
			far[p.customer] -= 2 * x.score * p.value
		}
	}
	limit := math.Inf(1) // the distance of the last one
	if k < len(far) {
		limit = smallest(slices.Clone(far), k)
	}
	nearest := make([]int32, 0, k)
	for i, d := range far {
		if d <= limit {
			nearest = append(nearest, int32(i))
		}
	}
	slices.SortFunc(nearest, func(a, b int32) int { return cmp.Or(cmp.Compare(far[a], far[b]), cmp.Compare(a, b)) })
	return nearest[:min(len(nearest), k)]
}

// smallest returns the kth smallest number, k from 1. It reorders the numbers
// (Hoare's selection): a sort of all would take most of the time of a list.
func smallest(x []float64, k int) float64 {
	low, high := 0, len(x)-1
	for low < high {
		pivot := x[(low+high)/2]
		i, j := low, high
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for x[j] > pivot {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i++
				j--
			}
		}
		switch {
		case k-1 <= j:
			high = j
		case k-1 >= i:
			low = i
		default:
			return pivot
		}
	}
	return x[k-1]
}
