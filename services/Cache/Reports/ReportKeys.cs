using System.Globalization;
using ModelServing.Contracts;
using StackExchange.Redis;

namespace ModelServing.Cache.Reports;

/// <summary>The cache keys of Inference's reports, separate from the guard's. A sharded cache derives a key's slot from the text between
/// the braces; no command names keys of two slots.</summary>
internal sealed class ReportKeys(string environment)
{
    private readonly string environment = CacheKeys.Checked(environment);

    /// <summary>A sorted set of the reported models, by the minute of the last report.</summary>
    internal RedisKey Models => $"{{ms:{environment}:reports}}:models";

    /// <summary>A hash from a process of the model to its report about the minute.</summary>
    internal RedisKey MinuteOf(ModelName model, long minute) =>
        string.Create(CultureInfo.InvariantCulture, $"{{ms:{environment}:reports:{model}}}:{minute}");

    /// <summary>Whether the minute is posted, or which run claimed it.</summary>
    internal RedisKey PostedOf(long minute) => string.Create(CultureInfo.InvariantCulture, $"{{ms:{environment}:reports}}:posted:{minute}");

    /// <summary>The feature server's report about the minute.</summary>
    internal RedisKey FeaturesOf(long minute) =>
        string.Create(CultureInfo.InvariantCulture, $"{{ms:{environment}:reports}}:features:{minute}");

    /// <summary>A hash from a process of the model to its report about inputs, at the end of the minute.</summary>
    internal RedisKey InputsOf(ModelName model, long minute) =>
        string.Create(CultureInfo.InvariantCulture, $"{{ms:{environment}:reports:{model}}}:inputs:{minute}");

    /// <summary>A process's field in a minute's hash: <c>VERSION/INCARNATION</c>.</summary>
    internal static RedisValue FieldOf(ModelVersion version, Guid incarnation) => $"{version}/{incarnation:N}";

    /// <summary>Reads the name of a field; null for one that a foreign program wrote.</summary>
    internal static (ModelVersion Version, Guid Incarnation)? Read(RedisValue field) =>
        ((string?)field)?.Split('/') is [var version, var incarnation]
        && ModelVersion.TryParse(version, null, out var number)
        && Guid.TryParseExact(incarnation, "N", out var id)
            ? (number, id)
            : null;
}
