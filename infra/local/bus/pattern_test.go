package bus

import (
	"strings"
	"testing"
)

func TestMatchComparesAsEventBridge(t *testing.T) {
	for _, c := range []struct {
		name, pattern, event string
		want                 bool
	}{
		{"exact string", `{"source":["shop"]}`, `{"source":"shop"}`, true},
		{"one of several", `{"source":["a","shop"]}`, `{"source":"shop"}`, true},
		{"another string", `{"source":["shop"]}`, `{"source":"Shop"}`, false},
		{"field missing", `{"source":["shop"]}`, `{}`, false},
		{"nested field", `{"detail":{"a":{"b":["x"]}}}`, `{"detail":{"a":{"b":"x"}}}`, true},
		{"all fields are needed", `{"source":["shop"],"detail-type":["t"]}`, `{"source":"shop"}`, false},
		{"object instead of a value", `{"detail":["x"]}`, `{"detail":{"x":1}}`, false},
		{"value instead of an object", `{"detail":{"x":[1]}}`, `{"detail":"x"}`, false},
		{"number as written", `{"n":[300]}`, `{"n":300}`, true},
		{"same number in another notation", `{"n":[300]}`, `{"n":300.0}`, false},
		{"number is not its string", `{"n":[300]}`, `{"n":"300"}`, false},
		{"true", `{"b":[true]}`, `{"b":true}`, true},
		{"false is not true", `{"b":[true]}`, `{"b":false}`, false},
		{"null", `{"b":[null]}`, `{"b":null}`, true},
		{"null is not missing", `{"b":[null]}`, `{}`, false},
		{"empty string", `{"b":[""]}`, `{"b":""}`, true},
		{"list in the event, one fits", `{"tags":["b"]}`, `{"tags":["a","b"]}`, true},
		{"list in the event, none fits", `{"tags":["c"]}`, `{"tags":["a","b"]}`, false},
		{"list in a list", `{"tags":["b"]}`, `{"tags":[["a"],["b"]]}`, true},
		{"objects in a list, one has both", `{"l":{"a":[1],"b":[2]}}`, `{"l":[{"a":1,"b":9},{"a":1,"b":2}]}`, true},
		{"objects in a list, each has one", `{"l":{"a":[1],"b":[2]}}`, `{"l":[{"a":1},{"b":2}]}`, false},

		{"prefix", `{"s":[{"prefix":"aws.partner/"}]}`, `{"s":"aws.partner/shopify.com/1"}`, true},
		{"prefix of a number", `{"s":[{"prefix":"1"}]}`, `{"s":12}`, false},
		{"prefix of any case", `{"s":[{"prefix":{"equals-ignore-case":"EventB"}}]}`, `{"s":"eventbridge"}`, true},
		{"suffix", `{"s":[{"suffix":".png"}]}`, `{"s":"a.png"}`, true},
		{"suffix of another case", `{"s":[{"suffix":".png"}]}`, `{"s":"a.PNG"}`, false},
		{"suffix of any case", `{"s":[{"suffix":{"equals-ignore-case":".png"}}]}`, `{"s":"a.PNG"}`, true},
		{"any case", `{"s":[{"equals-ignore-case":"alice"}]}`, `{"s":"ALICE"}`, true},
		{"any case, other word", `{"s":[{"equals-ignore-case":"alice"}]}`, `{"s":"bob"}`, false},

		{"wildcard in the middle", `{"s":[{"wildcard":"dir/*.png"}]}`, `{"s":"dir/x.png"}`, true},
		{"wildcard matches empty text", `{"s":[{"wildcard":"a*b"}]}`, `{"s":"ab"}`, true},
		{"wildcard needs both ends", `{"s":[{"wildcard":"ab*ba"}]}`, `{"s":"aba"}`, false},
		{"several wildcards", `{"s":[{"wildcard":"*/lib/*"}]}`, `{"s":"usr/lib/x"}`, true},
		{"several wildcards, middle missing", `{"s":[{"wildcard":"*/lib/*"}]}`, `{"s":"usr/bin/x"}`, false},
		{"wildcard that is a star", `{"s":[{"wildcard":"a\\*"}]}`, `{"s":"a*"}`, true},
		{"wildcard that is a star, other letter", `{"s":[{"wildcard":"a\\*"}]}`, `{"s":"ab"}`, false},

		{"anything but", `{"s":[{"anything-but":"initializing"}]}`, `{"s":"running"}`, true},
		{"anything but, the word", `{"s":[{"anything-but":"initializing"}]}`, `{"s":"initializing"}`, false},
		{"anything but, missing", `{"s":[{"anything-but":"initializing"}]}`, `{}`, false},
		{"anything but a number", `{"s":[{"anything-but":123}]}`, `{"s":456}`, true},
		{"anything but these", `{"s":[{"anything-but":["a","b"]}]}`, `{"s":"b"}`, false},
		{"anything but these numbers", `{"s":[{"anything-but":[1,2]}]}`, `{"s":3}`, true},
		{"anything but a prefix", `{"s":[{"anything-but":{"prefix":"us-"}}]}`, `{"s":"eu-west-1"}`, true},
		{"anything but these prefixes", `{"s":[{"anything-but":{"prefix":["us-","eu-"]}}]}`, `{"s":"eu-west-1"}`, false},
		{"anything but a suffix", `{"s":[{"anything-but":{"suffix":".png"}}]}`, `{"s":"a.png"}`, false},
		{"anything but, any case", `{"s":[{"anything-but":{"equals-ignore-case":["a","b"]}}]}`, `{"s":"B"}`, false},
		{"anything but a wildcard", `{"s":[{"anything-but":{"wildcard":"*/lib/*"}}]}`, `{"s":"/usr/lib/x"}`, false},
		{"anything but, other of the list", `{"s":[{"anything-but":"a"}]}`, `{"s":["a","b"]}`, true},

		{"above", `{"n":[{"numeric":[">",100]}]}`, `{"n":100.5}`, true},
		{"not above", `{"n":[{"numeric":[">",100]}]}`, `{"n":100}`, false},
		{"equal in another notation", `{"n":[{"numeric":["=",300]}]}`, `{"n":3.0e2}`, true},
		{"in a range", `{"n":[{"numeric":[">",0,"<=",5]}]}`, `{"n":5}`, true},
		{"out of a range", `{"n":[{"numeric":[">",0,"<=",5]}]}`, `{"n":0}`, false},
		{"number as a string", `{"n":[{"numeric":[">",0]}]}`, `{"n":"5"}`, false},

		{"address in the network", `{"ip":[{"cidr":"10.0.0.0/24"}]}`, `{"ip":"10.0.0.255"}`, true},
		{"address outside", `{"ip":[{"cidr":"10.0.0.0/24"}]}`, `{"ip":"10.0.1.0"}`, false},
		{"address of version 6", `{"ip":[{"cidr":"2001:db8::/32"}]}`, `{"ip":"2001:db8::1"}`, true},
		{"no address", `{"ip":[{"cidr":"10.0.0.0/24"}]}`, `{"ip":"x"}`, false},

		{"there", `{"detail":{"x":[{"exists":true}]}}`, `{"detail":{"x":null}}`, true},
		{"not there", `{"detail":{"x":[{"exists":true}]}}`, `{"detail":{}}`, false},
		{"missing", `{"detail":{"x":[{"exists":false}]}}`, `{"detail":{"y":1}}`, true},
		{"not missing", `{"detail":{"x":[{"exists":false}]}}`, `{"detail":{"x":1}}`, false},
		{"missing with its parents", `{"detail":{"x":{"y":[{"exists":false}]}}}`, `{}`, true},
		{"missing or a value", `{"x":["a",{"exists":false}]}`, `{}`, true},
		{"an object is no value", `{"x":[{"exists":true}]}`, `{"x":{"y":1}}`, false},
		{"missing in one of the objects only", `{"l":{"x":[{"exists":false}]}}`, `{"l":[{"x":1},{"y":1}]}`, false},

		{"or, the first", `{"$or":[{"a":[1]},{"b":[2]}]}`, `{"a":1,"b":3}`, true},
		{"or, none", `{"$or":[{"a":[1]},{"b":[2]}]}`, `{"a":2,"b":1}`, false},
		{"or and a field", `{"s":["x"],"$or":[{"a":[1]},{"b":[2]}]}`, `{"s":"y","a":1}`, false},
		{"or in an object", `{"detail":{"$or":[{"c":[{"numeric":["<=",10]}]},{"d":{"e":["x"]}}]}}`, `{"detail":{"d":{"e":"x"}}}`, true},
		{"or in or", `{"$or":[{"a":[1]},{"$or":[{"b":[1]},{"c":[1]}]}]}`, `{"c":1}`, true},
	} {
		pattern, err := ParsePattern([]byte(c.pattern))
		if err != nil {
			t.Errorf("%s: ParsePattern = %v", c.name, err)
			continue
		}
		event, err := decode([]byte(c.event))
		if err != nil {
			t.Fatal(err)
		}
		if got := pattern.Match(event); got != c.want {
			t.Errorf("%s: Match(%s, %s) = %v, want %v", c.name, c.pattern, c.event, got, c.want)
		}
	}
}

func TestParsePatternReturnsEveryFaultWithItsPlace(t *testing.T) {
	for _, c := range []struct{ name, pattern, want string }{
		{"not JSON", `{`, "not valid JSON"},
		{"not an object", `["a"]`, "must be an object"},
		{"empty pattern", `{}`, "at least one field"},
		{"value without a list", `{"detail":{"a":"x"}}`, `detail.a: must be an object or a list, not "x"`},
		{"empty list", `{"a":[]}`, "a: an empty list"},
		{"empty object", `{"a":{}}`, "a: an empty object"},
		{"list in a list", `{"a":[["x"]]}`, "a[0]: a list in a list"},
		{"two comparisons", `{"a":[{"prefix":"x","suffix":"y"}]}`, "exactly one comparison"},
		{"unknown comparison", `{"a":[{"contains":"x"}]}`, "a[0]: contains: is not a comparison"},
		{"prefix of a number", `{"a":[{"prefix":1}]}`, "prefix: must be a string"},
		{"exists of a string", `{"a":[{"exists":"yes"}]}`, "exists: must be true or false"},
		{"numeric without a number", `{"a":[{"numeric":[">"]}]}`, "a list of an operator and a number"},
		{"numeric with a string", `{"a":[{"numeric":[">","5"]}]}`, `"5" is not a number`},
		{"numeric with an odd operator", `{"a":[{"numeric":["!=",5]}]}`, `operator "!="`},
		{"range with its bounds swapped", `{"a":[{"numeric":["<",5,">",1]}]}`, "a lower bound"},
		{"empty range", `{"a":[{"numeric":[">",5,"<",5]}]}`, "must be below"},
		{"number too large", `{"a":[{"numeric":[">",6000000000]}]}`, "between -5e9 and 5e9"},
		{"anything but true", `{"a":[{"anything-but":true}]}`, "must be a string or a number"},
		{"anything but a mixture", `{"a":[{"anything-but":["x",1]}]}`, "only strings or only numbers"},
		{"anything but a range", `{"a":[{"anything-but":{"numeric":[">",1]}}]}`, "numeric is not allowed in anything-but"},
		{"cidr of no network", `{"a":[{"cidr":"10.0.0.1"}]}`, "is not a network"},
		{"two stars", `{"a":[{"wildcard":"x**"}]}`, "consecutive wildcard"},
		{"stray backslash", `{"a":[{"wildcard":"x\\y"}]}`, "backslash at character 2"},
		{"or of one", `{"$or":[{"a":[1]}]}`, "$or: must be a list of at least two"},
		{"or of values", `{"$or":[1,2]}`, "$or[0]: must be an object"},
		{"all faults at once", `{"a":"x","b":[]}`, "b: an empty list"},
	} {
		_, err := ParsePattern([]byte(c.pattern))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: ParsePattern(%s) = %v, want %s", c.name, c.pattern, err, c.want)
		}
	}
}
