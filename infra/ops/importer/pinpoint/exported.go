package pinpoint

import "encoding/json"

// settings are those of a project. Counts of 0 are not set.
type settings struct {
	Limits        limits
	JourneyLimits journeyLimits
	QuietTime     quietTime
	CampaignHook  json.RawMessage
	file          string
}

type limits struct{ Daily, Total, Session, MessagesPerSecond, MaximumDuration int }

type journeyLimits struct {
	DailyCap, TotalCap, EndpointReentryCap, MessagesPerSecond int
	TimeframeCap                                              struct{ Days, Cap int }
}

type quietTime struct{ Start, End string }

// segment is a group of endpoints.
type segment struct {
	ID         string `json:"Id"`
	Name       string
	Dimensions struct {
		Location struct {
			Country struct {
				DimensionType string
				Values        []string
			}
		}
	}
}

// campaign is what is read of a campaign.
type campaign struct {
	Name, SegmentID       string
	HoldoutPercent        int
	Limits                limits
	Hook                  json.RawMessage
	AdditionalTreatments  []json.RawMessage
	Schedule              schedule
	TemplateConfiguration struct{ EmailTemplate struct{ Name string } }
	file                  string
}

func (c *campaign) UnmarshalJSON(content []byte) error {
	type plain campaign
	read := struct {
		plain
		SegmentId string
	}{}
	err := json.Unmarshal(content, &read)
	*c = campaign(read.plain)
	c.SegmentID = read.SegmentId
	return err
}

type schedule struct {
	Frequency, StartTime, Timezone string
	IsLocalTime                    bool
	QuietTime                      quietTime
	EventFilter                    struct {
		Dimensions struct{ EventType struct{ Values []string } }
	}
}

// journey is what is read of a journey.
type journey struct {
	Name       string
	Activities map[string]map[string]json.RawMessage
	Limits     journeyLimits
	QuietTime  quietTime
	file       string
}

// template is an e-mail template.
type template struct {
	TemplateName, Subject, HtmlPart, TextPart, DefaultSubstitutions, RecommenderId string
}
