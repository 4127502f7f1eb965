package lambda_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"regulars/infra/local/aws"
	"regulars/infra/local/lambda"
)

func TestACallWaitsUntilItsFunctionIsBuilt(t *testing.T) {
	built := make(chan struct{})
	c := start(t, func(config *lambda.Config, _ *lambda.Options) { config.Built = built })

	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Invoke(short, "F", []byte(`{}`), ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Invoke of a function that is not built = %v, want it to wait", err)
	}
	answered := make(chan error, 1)
	go func() {
		_, err := c.Invoke(t.Context(), "F", []byte(`{}`), "")
		answered <- err
	}()
	close(built)
	if err := <-answered; err != nil {
		t.Errorf("Invoke of a function that was built meantime = %v, want nil", err)
	}
}

func TestACallThatWaitsForItsFunctionEndsWithTheHost(t *testing.T) {
	c := start(t, func(config *lambda.Config, _ *lambda.Options) { config.Built = make(chan struct{}) })
	answered := make(chan error, 1)
	go func() {
		_, err := c.Invoke(t.Context(), "F", []byte(`{}`), "")
		answered <- err
	}()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	c.Close(ended)
	if err := <-answered; !errors.Is(err, aws.ErrStopping) {
		t.Errorf("Invoke at the end of the host = %v, want %v", err, aws.ErrStopping)
	}
}
