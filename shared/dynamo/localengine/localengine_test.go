package localengine_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"regulars/shared/dynamo/localengine"
)

// path lets only these programs be found. Each is a shell script.
func path(t *testing.T, programs map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, script := range programs {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

func TestWithoutAnEngineOneLineSaysWhatToInstall(t *testing.T) {
	for name, programs := range map[string]map[string]string{
		"nothing":                  {},
		"no daemon of docker":      {"docker": "exit 1"},
		"the java of macOS":        {"java": "exit 1", "bash": `echo "DynamoDB Local: javac is of version none; install a JDK, 17 or later" >&2; exit 1`},
		"a script that says a lot": {"java": "", "bash": "printf 'one\\ntwo\\n' >&2; exit 1", "podman": "exit 1"},
	} {
		for _, wanted := range []string{"java", "container"} {
			path(t, programs)
			_, err := localengine.Find("../../..", wanted)
			if err == nil || !strings.Contains(err.Error(), "install a JDK, 17 or later (adoptium.net), or start Docker or Podman, or set DYNAMODB_ENDPOINT") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: Find(%s) = %v, want one line that says what to install", name, wanted, err)
			}
		}
	}
	if _, err := localengine.Find("../../..", "oracle"); err == nil || !strings.Contains(err.Error(), "dynoxide, java, container") {
		t.Errorf("Find of an unknown engine = %v, want the names", err)
	}
}

func TestCommands(t *testing.T) {
	path(t, map[string]string{"java": "", "bash": "echo /opt/local/DynamoDBLocal.jar", "docker": "exit 1", "podman": ""})
	dir := t.TempDir()
	for _, test := range []struct {
		engine string
		keep   bool
		want   []string
	}{
		{"java", false, []string{"-Djava.library.path=/opt/local/DynamoDBLocal_lib", "-cp", "/opt/local/DynamoDBLocal.jar", "DynamoDBOnLoopback", "-port", "8123", "-inMemory"}},
		{"java", true, []string{"-dbPath", filepath.Join(dir, "db.official")}},
		{"container", false, []string{"run", "--rm", "--publish", "127.0.0.1:8123:8000", "-inMemory"}},
		{"container", true, []string{"--volume", filepath.Join(dir, "db.official") + ":/data", "-dbPath", "/data"}},
	} {
		e, err := localengine.Find("../../..", test.engine)
		if err != nil {
			t.Errorf("Find(%s) = %v", test.engine, err)
			continue
		}
		cmd, err := e.Command("8123", filepath.Join(dir, "db"), test.keep)
		if err != nil {
			t.Errorf("%s: %v", test.engine, err)
			continue
		}
		for _, want := range test.want {
			if !slices.Contains(cmd.Args, want) {
				t.Errorf("%s, keep %t: %q lacks %q", test.engine, test.keep, cmd.Args, want)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "db.official")); test.keep && err != nil {
			t.Errorf("%s: the folder of the data is missing: %v", test.engine, err)
		}
	}
}
