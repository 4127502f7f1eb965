package picture

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"regulars/shared/cohortretention"
	"regulars/shared/customervalue"
	"regulars/shared/dynamo"
	"regulars/shared/nps"
)

// Shop is the data of the page.
type Shop struct {
	Version string // of the night
	Model   customervalue.Model
	Report  customervalue.Report
	Cohorts cohortretention.Table
	Score   *nps.Score // nil: no answers
}

// Models reads what a night published; [dynamo.Store] implements it.
type Models interface {
	Model(ctx context.Context, name string) (version string, data []byte, err error)
}

// Read returns what the last night published. It fails with
// [dynamo.ErrNotFound] if nothing was learned yet, or only by a version of
// learn without customer values.
func Read(ctx context.Context, from Models) (Shop, error) {
	var s Shop
	for name, to := range map[string]any{customervalue.ModelName: &s.Model, customervalue.ReportName: &s.Report, cohortretention.Name: &s.Cohorts} {
		version, body, err := from.Model(ctx, name)
		if err != nil {
			return Shop{}, err
		}
		if err := json.Unmarshal(body, to); err != nil {
			return Shop{}, fmt.Errorf("read the learned %s of version %s: %w", name, version, err)
		}
		s.Version = version
	}
	return s, nil
}

// Nothing reports whether err means that there is nothing to draw yet.
func Nothing(err error) bool { return errors.Is(err, dynamo.ErrNotFound) }
