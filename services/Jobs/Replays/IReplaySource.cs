using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Records;

namespace ModelServing.Jobs.Replays;

/// <summary>Logged requests, from the log's store or from an export.</summary>
internal interface IReplaySource
{
    /// <summary>Where they are, for people.</summary>
    string Location { get; }

    /// <summary>Reads answered requests, each once, the newest first.</summary>
    /// <param name="most">How many.</param>
    /// <param name="cancellation">Cancels the reading.</param>
    IAsyncEnumerable<(PredictionRecord Record, Outcome? Outcome)> ReadAsync(long most, CancellationToken cancellation);
}
