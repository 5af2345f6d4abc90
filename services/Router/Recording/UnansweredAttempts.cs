using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Predictions.Records;
using ModelServing.Router.Forwarding;

namespace ModelServing.Router.Recording;

/// <summary>Notes in the prediction log which attempts got no answer. The version itself records every attempt that it answers; of one
/// whose connection broke, it may have a record too, under another key.</summary>
internal sealed class UnansweredAttempts(PredictionLog log, TimeProvider time)
{
    /// <summary>Records an attempt that has ended without an answer. Never throws, and waits for nothing.</summary>
    internal void Add(Attempt attempt, in AttemptResult result)
    {
        if (attempt.Action != Routing.ModelAction.Infer || ReasonOf(result.Cause) is not { } reason)
            return;
        try
        {
            var route = attempt.Route;
            var elapsed = TimeSpan.FromSeconds((double)result.Elapsed / time.TimestampFrequency);
            var writer = RecordWriter.Begin(new RecordHead
            {
                RequestId = attempt.RequestId,
                Attempt = PredictionAttempts.NoAnswer + (attempt.IsRetry ? PredictionAttempts.Second : PredictionAttempts.First),
                Time = time.GetUtcNow() - elapsed,
                Model = route.Model.Text,
                Version = route.Version.Number,
                Variant = route.Variant,
                Revision = route.Revision,
                Trial = route.Trial,
                Experiment = route.Experiment,
                RoutingKey = attempt.RoutingKey is { } hex ? Convert.FromHexString(hex) : default,
                Status = 0,
                Reason = reason,
            });
            writer.Times(new RecordTimes(default, default, default, default, elapsed));
            _ = log.TryAppend(writer);
        }
        catch (Exception)
        {
            // The caller's answer matters more. The count shows it.
            log.CountUnwritten();
        }
    }

    // What the client did is not the version's answer missing.
    private static string? ReasonOf(ForwardResult cause) => cause switch
    {
        ForwardResult.NoReadyEndpoint => "unreachable",
        ForwardResult.ConnectionLost => "connection-lost",
        ForwardResult.BadAnswer => "bad-answer",
        ForwardResult.Deadline => "deadline",
        _ => null,
    };
}
