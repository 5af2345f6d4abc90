using System.Globalization;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace ModelServing.Cache;

/// <summary>The keys of one trial. What is between the braces decides alone about the slot of a sharded cache, so all are in one.</summary>
internal sealed partial class CacheKeys
{
    private readonly string tag;

    internal CacheKeys(string environment, VersionTrial trial)
    {
        var tag = string.Create(CultureInfo.InvariantCulture, $"{{ms:{Checked(environment)}:{trial.Model}:{trial.Version}:{trial.Trial}}}");
        Counts = $"{tag}:counts";
        Routers = $"{tag}:numbers";
        Keys = $"{tag}:keys";
        this.tag = tag;
    }

    /// <summary>A hash: a router's incarnation, and its counts.</summary>
    internal RedisKey Counts { get; }

    /// <summary>A hash: a number, and the incarnation of the router that took it.</summary>
    internal RedisKey Routers { get; }

    /// <summary>A hash: that of a routing key, and the minute of its last failure.</summary>
    internal RedisKey Keys { get; }

    /// <summary>Is there for as long as further losses of connections to an endpoint are none of their own.</summary>
    internal RedisKey LossOf(string endpoint) => $"{tag}:lost:{endpoint}";

    /// <summary>The name of an environment that can stand in a key.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    internal static string Checked(string environment) => Form.IsMatch(environment)
        ? environment
        : throw new ArgumentException($"'{environment}' is not an environment's name: 1 to 64 of a-z, 0-9 and '-'", nameof(environment));

    [GeneratedRegex(@"\A[a-z0-9-]{1,64}\z")]
    private static partial Regex Form { get; }
}
