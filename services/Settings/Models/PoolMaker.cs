using ModelServing.Contracts;

namespace ModelServing.Settings.Models;

/// <summary>Makes the documents of the pools from the settings of a stack file.</summary>
public static class PoolMaker
{
    /// <summary>The pools that have versions, ordered by name.</summary>
    /// <param name="models">Checked settings.</param>
    public static IReadOnlyList<PoolDocument> Make(IReadOnlyDictionary<ModelName, ModelSettings> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        return
        [
            .. Versions.Existing(models)
                .Select(version => (Pool: models[version.Model].Pods.Pool, Version: version))
                .Where(static pair => pair.Pool is not null)
                .GroupBy(static pair => ModelName.Parse(pair.Pool!))
                .OrderBy(static group => group.Key)
                .Select(group => new PoolDocument
                {
                    Schema = PoolDocument.CurrentSchema,
                    Name = group.Key,
                    Versions = [.. group.Select(pair => Pooled(pair.Version, models[pair.Version.Model]))],
                }),
        ];
    }

    private static PooledVersion Pooled(ExistingVersion version, ModelSettings model) => new(
        version.Model,
        version.Version,
        model.BatchRows,
        model.Predictions.Sample.Hundredths,
        model.Predictions.Drop.Count > 0 ? model.Predictions.Drop : null,
        model.Predictions.Hash.Count > 0 ? model.Predictions.Hash : null);
}
