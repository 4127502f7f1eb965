package queue

import (
	"context"
	"path"
)

func (s *Service) startMessageMoveTask(_ context.Context, _ string, in struct {
	SourceArn, DestinationArn    string
	MaxNumberOfMessagesPerSecond int
},
) (any, error) {
	handle, err := s.StartMove(in.SourceArn, in.DestinationArn, in.MaxNumberOfMessagesPerSecond)
	if err != nil {
		return nil, err
	}
	return map[string]string{"TaskHandle": handle}, nil
}

func (s *Service) cancelMessageMoveTask(_ context.Context, _ string, in struct{ TaskHandle string }) (any, error) {
	moved, err := s.CancelMove(in.TaskHandle)
	if err != nil {
		return nil, err
	}
	return map[string]int{"ApproximateNumberOfMessagesMoved": moved}, nil
}

func (s *Service) listMessageMoveTasks(_ context.Context, _ string, in struct {
	SourceArn  string
	MaxResults *int
},
) (any, error) {
	if _, err := s.index(NameOf(in.SourceArn)); err != nil {
		return nil, notFound("The resource %s does not exist.", path.Base(in.SourceArn))
	}
	limit := 1
	if in.MaxResults != nil {
		limit = min(max(*in.MaxResults, 1), 10)
	}
	results := []map[string]any{}
	for _, t := range s.Moves(in.SourceArn, limit) {
		result := map[string]any{
			"SourceArn": t.Source, "Status": t.Status, "StartedTimestamp": t.Started.UnixMilli(),
			"ApproximateNumberOfMessagesMoved": t.Moved, "ApproximateNumberOfMessagesToMove": t.ToMove,
		}
		if t.Destination != "" {
			result["DestinationArn"] = t.Destination
		}
		if t.PerSecond > 0 {
			result["MaxNumberOfMessagesPerSecond"] = t.PerSecond
		}
		if t.Failure != "" {
			result["FailureReason"] = t.Failure
		}
		if t.Status == "RUNNING" {
			result["TaskHandle"] = t.Handle
		}
		results = append(results, result)
	}
	return map[string]any{"Results": results}, nil
}
