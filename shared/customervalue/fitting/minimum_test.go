package fitting

import (
	"errors"
	"math"
	"testing"
)

func TestMinimise(t *testing.T) {
	for phrase, c := range map[string]struct {
		f    objective
		want []float64 // nil: there is no minimum
	}{
		"a bowl": {func(g, x []float64) float64 {
			g[0], g[1] = x[0]-1, 2*(x[1]+2)
			return (x[0]-1)*(x[0]-1)/2 + (x[1]+2)*(x[1]+2)
		}, []float64{1, -2}},
		"a slope":   {func(g, x []float64) float64 { g[0], g[1] = 1e-3, x[1]; return 1e-3*x[0] + x[1]*x[1]/2 }, []float64{-edge, 0}},
		"a plateau": {func(g, _ []float64) float64 { g[0], g[1] = 0, 0; return 1 }, nil},
		"an edge": {func(g, x []float64) float64 {
			g[0], g[1] = math.Copysign(1, x[0]-0.3), x[1]
			return math.Abs(x[0]-0.3) + x[1]*x[1]/2
		}, nil},
		"only NaN": {func(g, _ []float64) float64 { g[0], g[1] = math.NaN(), math.NaN(); return math.NaN() }, nil},
	} {
		t.Run(phrase, func(t *testing.T) {
			m, err := minimise(c.f, [][]float64{{0, 0}, {2, -1}})
			if c.want == nil {
				if !errors.Is(err, ErrNotFound) {
					t.Fatalf("minimise = %v, %v, want %v", m.logs, err, ErrNotFound)
				}
				return
			}
			if err != nil || math.Abs(m.logs[0]-c.want[0]) > 1e-3 || math.Abs(m.logs[1]-c.want[1]) > 1e-3 {
				t.Errorf("minimise = %v, %v, want %v", m.logs, err, c.want)
			}
		})
	}
}
