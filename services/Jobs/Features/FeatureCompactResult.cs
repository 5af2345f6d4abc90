using System.Globalization;

namespace ModelServing.Jobs.Features;

/// <summary>What a compaction did.</summary>
/// <param name="Before">Only segments whose events all happened before this time were archived.</param>
/// <param name="Events">The events in those segments.</param>
/// <param name="Deleted">The segments that were deleted.</param>
/// <param name="Left">The segments that were listed and stay.</param>
/// <param name="Damaged">Those of them that stay because a part of them is damaged.</param>
internal sealed record FeatureCompactResult(DateTimeOffset Before, long Events, int Deleted, int Left, int Damaged)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Deleted:N0} segments with {Events:N0} events before {Before:yyyy-MM-dd} are in the archive now; {Left:N0} segments stay" +
            $"{(Damaged > 0 ? $", {Damaged:N0} of them because they are damaged" : "")}");
}
