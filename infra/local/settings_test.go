package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/local/cloud"
)

func TestReadSettings(t *testing.T) {
	tests := map[string]struct {
		env   map[string]string
		want  settings
		fault string
	}{
		"defaults": {nil, settings{Settings: cloud.Settings{Port: 4566, Var: "var"}, Demo: true}, ""},
		"all set":  {map[string]string{"PORT": "5000", "DEMO": "off", "METER": "on", "VAR": "/x", "DYNAMODB_ENDPOINT": "http://127.0.0.1:8000"}, settings{Settings: cloud.Settings{Port: 5000, DynamoDB: "http://127.0.0.1:8000", Meter: true, Var: "/x"}}, ""},
		"all bad":  {map[string]string{"PORT": "http", "DEMO": "no", "METER": "1", "DYNAMODB_ENDPOINT": "localhost"}, settings{}, "PORT=http: want a number from 1 to 65535\nDEMO=no: want on or off\nMETER=1: want on or off\nDYNAMODB_ENDPOINT=localhost: want a URL such as http://127.0.0.1:8000"},
		"port 0":   {map[string]string{"PORT": "0"}, settings{}, "PORT=0: want a number from 1 to 65535"},
	}
	for name, test := range tests {
		got, err := readSettings(func(name string) string { return test.env[name] })
		if test.fault != "" {
			if err == nil || err.Error() != test.fault {
				t.Errorf("%s: readSettings = %v, want\n%s", name, err, test.fault)
			}
			continue
		}
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
			t.Errorf("%s: readSettings failed with %v, or differs (-want +got):\n%s", name, err, diff)
		}
	}
}
