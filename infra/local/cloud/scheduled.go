package cloud

import (
	"context"
	"fmt"

	"regulars/infra/local/template"
)

// Scheduled calls a function at once, with the input that each of its schedules in the
// template gives it. code is the function's folder, such as functions/learn.
func (c *Cloud) Scheduled(ctx context.Context, t *template.Template, code string) error {
	for _, s := range t.Schedules {
		for _, f := range t.Functions {
			if s.Target.ARN != f.ARN || f.Code != code {
				continue
			}
			result, err := c.functions.Invoke(ctx, f.Name, []byte(s.Target.Input), "")
			if err != nil {
				return err
			}
			if result.Failure != "" {
				return fmt.Errorf("%s: %s %s", f.Name, result.Failure, result.Payload)
			}
		}
	}
	return nil
}
