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
		"nothing said":   {nil, settings{Settings: cloud.Settings{Port: 4566, Var: "var"}, Demo: true}, ""},
		"all said":       {map[string]string{"PORT": "5000", "DEMO": "off", "METER": "on", "VAR": "/x", "DYNAMODB_ENDPOINT": "http://127.0.0.1:8000"}, settings{Settings: cloud.Settings{Port: 5000, DynamoDB: "http://127.0.0.1:8000", Meter: true, Var: "/x"}}, ""},
		"all wrong":      {map[string]string{"PORT": "http", "DEMO": "no", "METER": "1", "DYNAMODB_ENDPOINT": "localhost"}, settings{}, "PORT=http: a number from 1 to 65535 is wanted\nDEMO=no: on or off is wanted\nMETER=1: on or off is wanted\nDYNAMODB_ENDPOINT=localhost: a URL such as http://127.0.0.1:8000 is wanted"},
		"a port of none": {map[string]string{"PORT": "0"}, settings{}, "PORT=0: a number from 1 to 65535 is wanted"},
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
