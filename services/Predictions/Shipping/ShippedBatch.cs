using ModelServing.Spool;

namespace ModelServing.Predictions.Shipping;

/// <summary>Records of one spool that are put together.</summary>
/// <param name="Rows">The records.</param>
/// <param name="End">The place after the last of them.</param>
/// <param name="Oldest">When the first one's attempt began, in microseconds since 1970.</param>
internal sealed record ShippedBatch(IReadOnlyList<StoredPrediction> Rows, SpoolCheckpoint End, int Bytes, long Oldest)
{
    /// <summary>Whether the store has them.</summary>
    internal bool IsDone { get; set; }
}
