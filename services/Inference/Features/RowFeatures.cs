using ModelServing.Features;
using ModelServing.Features.Engine;
using ModelServing.OnlineStore;
using ModelServing.Predictions.Records;

namespace ModelServing.Inference.Features;

/// <summary>Reads the features of a view for one row.</summary>
internal static class RowFeatures
{
    /// <param name="engine">The view's engine.</param>
    /// <param name="answer">The answer about the row's entity; null if it could not be read.</param>
    /// <param name="at">The row's time.</param>
    /// <param name="request">The row's numbers that the view uses.</param>
    /// <param name="values">Receives the features, which are defaults if there is no state.</param>
    internal static (long Sequence, RecordedStatus Status) Read(
        FeatureEngine engine, EntityAnswer? answer, Instant at, double[] request, FeatureValue[] values)
    {
        try
        {
            if (answer is { IsFilled: true, Encoded: var encoded })
            {
                var head = engine.Read(encoded.Span, at, request, values);
                return (head.Sequence, StatusOf(head.Status));
            }
        }
        catch (FeatureStateException)
        {
            // A damaged state can't be read either, until the feature server has replaced it.
        }

        _ = engine.Read(default, at, request, values);
        return (0, RecordedStatus.Unavailable);
    }

    private static RecordedStatus StatusOf(FeatureStatus status) => status switch
    {
        FeatureStatus.Present => RecordedStatus.Present,
        FeatureStatus.Expired => RecordedStatus.Expired,
        _ => RecordedStatus.Missing,
    };
}
