using ModelServing.Contracts.Predictions;

namespace ModelServing.Contracts;

/// <summary>A version of a pool, with what the settings of its model say of it.</summary>
/// <param name="BatchRows">The most rows of requests that run together; 1 for none.</param>
/// <param name="Sample">How many of 10,000 predictions are recorded, if the service records any
/// (<see cref="PredictionLogSettings.Sample"/>).</param>
/// <param name="Drop">The inputs and outputs whose data are not recorded.</param>
/// <param name="Hash">The inputs and outputs of whose data only a keyed hash is recorded.</param>
public sealed record PooledVersion(
    ModelName Model,
    ModelVersion Version,
    int BatchRows = InferenceSettings.DefaultBatchRows,
    int Sample = PredictionLogSettings.WholeSample,
    IReadOnlyList<string>? Drop = null,
    IReadOnlyList<string>? Hash = null)
{
    /// <exception cref="ContractException">A number is out of its range, or a name is null; the message begins with
    /// <paramref name="place"/>.</exception>
    internal void Check(string place)
    {
        if (BatchRows is < 1 or > InferenceSettings.MostBatchRows)
            throw new ContractException($"{place}.batchRows is {BatchRows}; it must be from 1 to {InferenceSettings.MostBatchRows}");
        if (Sample is < 0 or > PredictionLogSettings.WholeSample)
            throw new ContractException($"{place}.sample is {Sample}; it must be from 0 to {PredictionLogSettings.WholeSample}");
        // The annotations of a list's items are invisible to the reader.
        if (Drop?.Contains(null!) == true || Hash?.Contains(null!) == true)
            throw new ContractException($"{place} has a name that is null");
    }
}
