namespace ModelServing.Predictions;

/// <summary>A prediction record as a row: the columns by which it is found, and the record itself.</summary>
/// <param name="RequestId">The request's identifier, a ULID.</param>
/// <param name="Attempt">The attempt, from 1.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Minute">The minute since 1970 (UTC) in which the attempt began.</param>
/// <param name="Record">The bytes of a <see cref="Records.PredictionRecord"/>.</param>
public readonly record struct StoredPrediction(string RequestId, int Attempt, string Model, long Minute, ReadOnlyMemory<byte> Record)
{
    /// <summary>The largest row in the cloud is 512 KB. The rest of it is for the other columns and the store's own use.</summary>
    public const int MostRecordBytes = 480 * 1024;
}
