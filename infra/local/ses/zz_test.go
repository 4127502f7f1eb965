package ses

import (
	"os"
	"testing"
	"time"
	"context"
)

func TestZ(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Now = nil })
	go b.Run(context.Background())
	os.WriteFile("/tmp/mail/url", []byte(b.url), 0o644)
	time.Sleep(40 * time.Second)
	for _, e := range b.bus.events { t.Log(e.DetailType, e.Resources) }
}
