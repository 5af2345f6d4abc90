using System.Text.Json;
using ModelServing.Contracts;

namespace ModelServing.Cache.Reports;

/// <summary>The reports of Inference processes about their versions' inputs, at the end of each minute. They are apart from
/// <see cref="MinuteReports"/>, because they are larger and each of them is about the last hour: ModelMetrics reads one for each
/// minute.</summary>
public sealed class InputReports
{
    /// <summary>The largest report that is read, in bytes.</summary>
    internal const int MaxBytes = 1024 * 1024;

    private const int KeptMinutes = 10;

    // Even if a demo's minute is very short, ModelMetrics must have time to read it.
    private static readonly TimeSpan LeastRetention = TimeSpan.FromMinutes(1);

    private readonly CacheConnection cache;
    private readonly ReportKeys keys;
    private readonly TimeSpan retention;

    /// <param name="cache">The connection.</param>
    /// <param name="environment">The environment's name.</param>
    /// <param name="minute">The length of a minute.</param>
    public InputReports(CacheConnection cache, string environment, TimeSpan minute)
    {
        ArgumentNullException.ThrowIfNull(cache);
        this.cache = cache;
        keys = new ReportKeys(environment);
        retention = KeptMinutes * minute is var kept && kept > LeastRetention ? kept : LeastRetention;
    }

    /// <summary>Writes a process's report about a minute over its previous one.</summary>
    /// <param name="minute">The minute's number.</param>
    /// <param name="incarnation">The process's run.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="CacheException">The report may not be written.</exception>
    public Task WriteAsync(
        ModelName model, long minute, ModelVersion version, Guid incarnation, InputReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(report);
        var key = keys.InputsOf(model, minute);
        var json = JsonSerializer.SerializeToUtf8Bytes(report, InputReportJson.Default.InputReport);
        return cache.QueryAsync(
            "a report about inputs can't be written",
            async multiplexer =>
            {
                var database = multiplexer.GetDatabase();
                await Task.WhenAll(
                    database.HashSetAsync(key, ReportKeys.FieldOf(version, incarnation), json), database.KeyExpireAsync(key, retention));
                return true;
            },
            cancellationToken);
    }

    /// <summary>Reads the reports about a model's inputs in a minute.</summary>
    /// <param name="minute">The minute's number.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="CacheException">They can't be read.</exception>
    /// <exception cref="ContractException">A newer or a foreign program wrote one of them.</exception>
    public async Task<IReadOnlyList<VersionInputs>> ReadAsync(ModelName model, long minute, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        var all = await cache.QueryAsync(
            "reports about inputs can't be read",
            multiplexer => multiplexer.GetDatabase().HashGetAllAsync(keys.InputsOf(model, minute)),
            cancellationToken);
        var reports = new List<VersionInputs>(all.Length);
        foreach (var entry in all)
        {
            var (version, _) = ReportKeys.Read(entry.Name) ?? throw Fault($"its field is '{entry.Name}'");
            reports.Add(new VersionInputs(version, Parse((byte[])entry.Value!)));
        }

        return reports;
    }

    private static InputReport Parse(byte[] json)
    {
        if (json.Length > MaxBytes)
            throw Fault($"it has {json.Length} bytes; at most {MaxBytes} are read");
        try
        {
            var report = JsonSerializer.Deserialize(json, InputReportJson.Default.InputReport);
            // The serializer does not check the items of a list.
            return report is not null && report.Inputs.All(static input => input is not null && input.Serving.Count == input.Training.Count
                && input.Serving.Concat(input.Training).All(static count => count >= 0))
                ? report
                : throw Fault("its counts are wrong");
        }
        catch (JsonException e)
        {
            throw Fault(e.Message, e);
        }
    }

    private static ContractException Fault(string why, Exception? cause = null)
    {
        var message = $"a report about inputs can't be read: {why}";
        return cause is null ? new(message) : new(message, cause);
    }
}
