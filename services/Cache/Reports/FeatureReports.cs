using System.Text.Json;
using ModelServing.Contracts;

namespace ModelServing.Cache.Reports;

/// <summary>The reports of an environment's feature server about each minute, in the cache. They expire as those of
/// <see cref="MinuteReports"/>.</summary>
public sealed class FeatureReports
{
    private readonly CacheConnection cache;
    private readonly ReportKeys keys;
    private readonly TimeSpan retention;

    /// <param name="cache">The connection.</param>
    /// <param name="environment">The environment's name.</param>
    /// <param name="minute">The length of a minute.</param>
    public FeatureReports(CacheConnection cache, string environment, TimeSpan minute)
    {
        ArgumentNullException.ThrowIfNull(cache);
        this.cache = cache;
        keys = new ReportKeys(environment);
        retention = MinuteReports.RetentionOf(minute);
    }

    /// <summary>Writes the report about a minute over its previous one.</summary>
    /// <exception cref="CacheException">The report may not be written.</exception>
    public Task WriteAsync(long minute, FeatureReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        var json = JsonSerializer.SerializeToUtf8Bytes(report, FeatureReportJson.Default.FeatureReport);
        return cache.QueryAsync(
            "a report about features can't be written",
            multiplexer => multiplexer.GetDatabase().StringSetAsync(keys.FeaturesOf(minute), json, retention),
            cancellationToken);
    }

    /// <summary>Reads the report about a minute; null without one.</summary>
    /// <exception cref="CacheException">It can't be read.</exception>
    /// <exception cref="ContractException">A newer or a foreign program wrote it.</exception>
    public async Task<FeatureReport?> FindAsync(long minute, CancellationToken cancellationToken)
    {
        var json = await cache.QueryAsync(
            "a report about features can't be read",
            multiplexer => multiplexer.GetDatabase().StringGetAsync(keys.FeaturesOf(minute)),
            cancellationToken);
        if (json.IsNull)
            return null;
        try
        {
            return JsonSerializer.Deserialize((byte[])json!, FeatureReportJson.Default.FeatureReport);
        }
        catch (JsonException e)
        {
            throw new ContractException($"the report about features can't be read: {e.Message}", e);
        }
    }
}
