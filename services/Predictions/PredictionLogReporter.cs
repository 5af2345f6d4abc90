using Microsoft.Extensions.Logging;
using ModelServing.Predictions.Shipping;

namespace ModelServing.Predictions;

/// <summary>Says in the program's log what happens to the prediction log: one line when something begins or ends, and not one for each
/// record.</summary>
internal sealed class PredictionLogReporter(LogCounters counters, bool refuses, TimeProvider time, ILogger logger)
{
    private readonly ClockWatch clock = new(time);
    private string? spoolFailure;
    private bool hasLargeObjects;
    private bool hasLargeDigests;

    /// <summary>One round.</summary>
    /// <param name="failure">Why records can't be kept; null if they can.</param>
    internal void Report(string? failure)
    {
        if (failure is not null && spoolFailure is null)
            PredictionLogLog.SpoolFails(logger, failure, refuses ? "requests are refused" : "records are lost");
        else if (failure is null && spoolFailure is not null)
            PredictionLogLog.SpoolWorks(logger);
        spoolFailure = failure;

        if (clock.Look() is { } step)
        {
            // The line comes first, so whoever sees the count finds it.
            PredictionLogLog.ClockSetBack(logger, step.TotalSeconds);
            counters.CountClockSetBack();
        }

        if (!hasLargeObjects && counters.LargeObjects > 0)
        {
            hasLargeObjects = true;
            PredictionLogLog.LargeObjects(logger);
        }

        if (!hasLargeDigests && counters.LargeDigests > 0)
        {
            hasLargeDigests = true;
            PredictionLogLog.LargeDigests(logger);
        }
    }
}
