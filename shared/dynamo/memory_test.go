package dynamo_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The tests of this package hold over the engine in memory as well as over a
// real one: they are run again, in a process of their own. Those that look at
// HTTP are skipped there.
func TestAllHoldsOverMemoryToo(t *testing.T) {
	if engine := os.Getenv("DYNAMODB_ENDPOINT"); engine != "" {
		t.Skip("this run is over " + engine + " alone")
	}
	self, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), self, "-test.v", "-test.skip=^Test(AllHoldsOverMemoryToo|Linearizab.*)$", "-test.timeout=2m")
	cmd.Env = append(os.Environ(), "DYNAMODB_ENDPOINT=memory")
	said, err := cmd.CombinedOutput()
	passed, skipped := strings.Count(string(said), "\n--- PASS"), strings.Count(string(said), "\n--- SKIP")
	t.Logf("over memory: %d tests passed, %d skipped", passed, skipped)
	if err != nil || passed < skipped {
		t.Errorf("over memory: %v\n%s", err, said)
	}
}
