package main

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"regulars/infra/local/cloud"
)

// settings are the values that the environment sets.
type settings struct {
	cloud.Settings
	Demo bool
}

// readSettings returns the settings; its error names every bad value.
func readSettings(getenv func(string) string) (settings, error) {
	or := func(name, otherwise string) string {
		if value := getenv(name); value != "" {
			return value
		}
		return otherwise
	}
	s := settings{Settings: cloud.Settings{DynamoDB: getenv("DYNAMODB_ENDPOINT"), Engine: getenv("DYNAMODB_ENGINE"), Var: or("VAR", "var")}}
	var faults []error
	port, err := strconv.Atoi(or("PORT", "4566"))
	if err != nil || port < 1 || port > 65535 {
		faults = append(faults, fmt.Errorf("PORT=%s: want a number from 1 to 65535", getenv("PORT")))
	}
	s.Port = port
	switched := func(name, otherwise string) bool {
		value := or(name, otherwise)
		if value != "on" && value != "off" {
			faults = append(faults, fmt.Errorf("%s=%s: want on or off", name, value))
		}
		return value == "on"
	}
	s.Demo, s.Meter = switched("DEMO", "on"), switched("METER", "off")
	if s.DynamoDB != "" {
		if u, err := url.Parse(s.DynamoDB); err != nil || u.Scheme == "" || u.Host == "" {
			faults = append(faults, fmt.Errorf("DYNAMODB_ENDPOINT=%s: want a URL such as http://127.0.0.1:8000", s.DynamoDB))
		}
	}
	return s, errors.Join(faults...)
}
