using System.Globalization;
using ModelServing.Contracts;
using StackExchange.Redis;

namespace ModelServing.Cache.Reports;

/// <summary>The keys of what Inference reports, apart from the guard's. What is between the braces decides about the slot of a sharded
/// cache: no command names keys of two slots.</summary>
internal sealed class ReportKeys(string environment)
{
    private readonly string environment = CacheKeys.Checked(environment);

    /// <summary>A sorted set: the models that are reported of, by the number of the minute of the last report.</summary>
    internal RedisKey Models => $"{{ms:{environment}:reports}}:models";

    /// <summary>A hash: a process of the model, and what it says of the minute.</summary>
    internal RedisKey MinuteOf(ModelName model, long minute) => string.Create(CultureInfo.InvariantCulture, $"{{ms:{environment}:reports:{model}}}:{minute}");

    /// <summary>Whether the minute's numbers are posted, or who is about to post them.</summary>
    internal RedisKey PostedOf(long minute) => string.Create(CultureInfo.InvariantCulture, $"{{ms:{environment}:reports}}:posted:{minute}");

    /// <summary>A process's field in a minute's hash: <c>VERSION/INCARNATION</c>.</summary>
    internal static RedisValue FieldOf(ModelVersion version, Guid incarnation) => $"{version}/{incarnation:N}";

    /// <summary>Whose field it is; null for one that no process of ours writes.</summary>
    internal static (ModelVersion Version, Guid Incarnation)? Read(RedisValue field) =>
        ((string?)field)?.Split('/') is [var version, var incarnation] && ModelVersion.TryParse(version, null, out var number) && Guid.TryParseExact(incarnation, "N", out var id)
            ? (number, id)
            : null;
}
