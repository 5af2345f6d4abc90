namespace ModelServing.Bench.Features;

/// <summary>What the feature server takes.</summary>
/// <param name="Views">The views of 50 features that use the events; 0 logs them only.</param>
/// <param name="Events">The events.</param>
/// <param name="PerSecond">Events in a second of time, until the last one was applied.</param>
/// <param name="PerCoreSecond">Events in a second of the server's processor time.</param>
internal sealed record IngestFigures(int Views, int Events, double PerSecond, double PerCoreSecond);
