package rescue_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"regulars/shared/rescue"
)

// captured returns what do logs.
func captured(t *testing.T, do func()) string {
	t.Helper()
	var out bytes.Buffer
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&out, nil)))
	defer slog.SetDefault(old)
	do()
	return out.String()
}

func TestDoReturnsAPanicAsAnError(t *testing.T) {
	failed := errors.New("the table does not answer")
	for name, c := range map[string]struct {
		do   func() error
		want error
		text string
	}{
		"no error":             {func() error { return nil }, nil, ""},
		"an error":             {func() error { return failed }, failed, failed.Error()},
		"an index beyond":      {func() error { var none []error; return none[0] }, rescue.ErrPanic, "index out of range [0]"},
		"a text of a customer": {func() error { panic("Jane Roe of Leeds") }, rescue.ErrPanic, "a value of type string"},
		"an error as panic":    {func() error { panic(errors.New("Jane Roe of Leeds")) }, rescue.ErrPanic, "a value of type *errors.errorString"},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			log := captured(t, func() { err = rescue.Do(t.Context(), c.do) })
			if !errors.Is(err, c.want) || err != nil && !strings.Contains(err.Error(), c.text) {
				t.Errorf("Do = %v, want %v with %q", err, c.want, c.text)
			}
			if panicked := errors.Is(c.want, rescue.ErrPanic); panicked != strings.Contains(log, "rescue_test.go") {
				t.Errorf("the log is %q, want the stack of a panic", log)
			}
			if strings.Contains(log+errorText(err), "Jane") {
				t.Errorf("the error %v or the log %q quotes the panic", err, log)
			}
		})
	}
}

func TestDoLetsAnExitPass(t *testing.T) {
	defer func() {
		if recover() != (rescue.Exit{}) {
			t.Error("Do caught an Exit")
		}
	}()
	_ = rescue.Do(t.Context(), func() error { panic(rescue.Exit{}) })
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
